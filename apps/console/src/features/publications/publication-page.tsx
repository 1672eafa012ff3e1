import { Alert, Anchor, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { JSX } from 'react';
import { Loading, ProblemAlert } from '../../app/feedback';
import { useSession } from '../../app/session';
import { AddressActions } from './address-actions';
import { useChanging, type Shown } from './changing';
import { ConflictDialog } from './conflict-dialog';
import { EditionSection } from './edition-section';
import { LinksSection } from './links-section';
import { Facts, StateBadge } from './looks';
import { usePublicationWords } from './publication-words';
import { isMissing, usePublication } from './queries';
import { SettingsSection } from './settings-section';
import { StatisticsSection } from './statistics-section';
import { StateSection } from './state-section';

export function PublicationPage({ publicationId }: { publicationId: string }): JSX.Element {
  const { t } = usePublicationWords();
  const { data, error } = usePublication(publicationId);
  return (
    <Stack>
      <div>
        <Anchor renderRoot={(props) => <Link {...props} to="/publications" />}>{t('back')}</Anchor>
      </div>
      {data === undefined && error === null && <Loading />}
      {isMissing(error) ? <Alert color="yellow">{t('noneRead')}</Alert> : <ProblemAlert error={error} />}
      {data !== undefined && !isMissing(error) && <Parts shown={data} />}
    </Stack>
  );
}

function Parts({ shown }: { shown: Shown }): JSX.Element {
  const { t } = usePublicationWords();
  const { scopes } = useSession();
  const changing = useChanging();
  const publication = shown.value;
  const closed = publication.state === 'closed';
  const writes = scopes.has('publications:write') && !closed;
  const parts = { shown, changing, writes };
  const address = {
    ...{ path: publication.path, name: publication.title, embedSites: publication.embedSites, counted: false },
    opens: publication.state === 'published' && publication.visibility !== 'private',
  };
  return (
    <>
      <Group justify="space-between" align="start">
        <div>
          <Title order={2} className="publication-title">
            {publication.title}
          </Title>
          <Facts publication={publication} />
        </div>
        <StateBadge state={publication.state} />
      </Group>
      {closed && <Alert color="gray">{t('closedText')}</Alert>}
      {!closed && !writes && <Text size="sm">{t('missingWrite')}</Text>}
      <div className="publication-grid">
        <SettingsSection {...parts} />
        <Stack>
          <Paper component="section" withBorder p="md" aria-labelledby="address-title">
            <Title order={3} size="h4" id="address-title" mb="sm">
              {t('address')}
            </Title>
            {publication.visibility === 'private' && (
              <Text size="sm" c="dimmed" mb="sm">
                {t('visibilityPrivateHint')}
              </Text>
            )}
            <AddressActions address={address} />
          </Paper>
          <EditionSection {...parts} />
          {writes && <StateSection {...parts} />}
        </Stack>
      </div>
      <StatisticsSection publication={publication} />
      {!closed && <LinksSection publication={publication} writes={writes} />}
      {changing.conflict !== null && <ConflictDialog conflict={changing.conflict} changing={changing} shown={shown} />}
    </>
  );
}
