import { Button, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { useState, type JSX } from 'react';
import { Loading, ProblemAlert } from '../../app/feedback';
import { Pager } from '../../app/pager';
import { AddressActions } from './address-actions';
import { ChangeLinkDialog, MakeLinkDialog } from './link-dialog';
import { usePublicationWords, type PublicationTranslation } from './publication-words';
import { useShareLinks, type Publication, type ShareLink } from './queries';
import { RevokeDialog } from './revoke-dialog';

type Asked = { kind: 'change' | 'revoke'; link: ShareLink } | { kind: 'make' } | null;

export function LinksSection({ publication, writes }: { publication: Publication; writes: boolean }): JSX.Element {
  const { t } = usePublicationWords();
  const [cursor, setCursor] = useState('');
  const { data, error } = useShareLinks(publication.id, cursor);
  const [asked, setAsked] = useState<Asked>(null);
  const close = (): void => setAsked(null);
  return (
    <Paper component="section" withBorder p="md" aria-labelledby="links-title">
      <Group justify="space-between" align="start" mb="sm">
        <div>
          <Title order={3} size="h4" id="links-title">
            {t('links')}
          </Title>
          <Text size="sm" c="dimmed">
            {t('linksIntro')}
          </Text>
        </div>
        {writes && <Button onClick={() => setAsked({ kind: 'make' })}>{t('makeLink')}</Button>}
      </Group>
      <Stack>
        <ProblemAlert error={error} />
        {data === undefined && error === null && <Loading />}
        {data?.items.length === 0 && <Text c="dimmed">{t('noLinks')}</Text>}
        <ul className="plain-list">
          {(data?.items ?? []).map((link) => (
            <LinkCard key={link.id} link={link} publication={publication} onAsk={writes ? setAsked : null} />
          ))}
        </ul>
        <Pager cursor={cursor} next={data?.next ?? null} onChange={setCursor} />
      </Stack>
      {asked?.kind === 'make' && <MakeLinkDialog publicationId={publication.id} onClose={close} />}
      {asked?.kind === 'change' && <ChangeLinkDialog link={asked.link} onClose={close} />}
      {asked?.kind === 'revoke' && <RevokeDialog link={asked.link} onClose={close} />}
    </Paper>
  );
}

function LinkCard({
  link,
  publication,
  onAsk,
}: {
  link: ShareLink;
  publication: Publication;
  onAsk: ((asked: Asked) => void) | null;
}): JSX.Element {
  const words = usePublicationWords();
  const { t } = words;
  const name = link.name === '' ? t('unnamed') : link.name;
  const over = isOver(link);
  return (
    <Paper component="li" withBorder p="sm">
      <Stack gap="xs">
        <Group justify="space-between" align="start" gap="xs">
          <div>
            <Title order={4} size="h5" className="publication-title">
              {name}
            </Title>
            <Text size="sm" c="dimmed">
              {factsOf(words, link).join(' · ')}
            </Text>
          </div>
          {onAsk !== null && (
            <Group gap="xs">
              <Button
                size="compact-sm"
                variant="default"
                onClick={() => onAsk({ kind: 'change', link })}
                aria-label={`${t('change')}: ${name}`}
              >
                {t('change')}
              </Button>
              <Button
                size="compact-sm"
                color="red"
                variant="outline"
                className="publication-danger"
                onClick={() => onAsk({ kind: 'revoke', link })}
                aria-label={`${t('revoke')}: ${name}`}
              >
                {t('revoke')}
              </Button>
            </Group>
          )}
        </Group>
        <AddressActions
          address={{
            ...{ path: link.path, name, embedSites: publication.embedSites },
            opens: publication.state === 'published' && !over,
            counted: link.viewsMax !== null,
          }}
        />
      </Stack>
    </Paper>
  );
}

function isOver({ expiresAt }: ShareLink): boolean {
  return expiresAt !== null && Date.parse(expiresAt) <= Date.now();
}

function factsOf({ t, moment }: PublicationTranslation, link: ShareLink): string[] {
  const { hasPassword, expiresAt, viewsMax, download } = link;
  return [
    t(hasPassword ? 'hasPassword' : 'noPassword'),
    expiresAt === null ? t('endsNever') : t(isOver(link) ? 'ended' : 'endsAt', { moment: moment(expiresAt) }),
    viewsMax === null ? t('viewsAny') : t('viewsUpTo', { count: viewsMax }),
    ...(download ? [t('downloads')] : []),
  ];
}
