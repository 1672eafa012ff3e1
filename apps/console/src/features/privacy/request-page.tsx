import { Alert, Anchor, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { JSX } from 'react';
import { Loading, ProblemAlert } from '../../app/feedback';
import { useSession } from '../../app/session';
import { AnswerSection } from './answer-section';
import { ASKED, REQUEST_STATES, StateBadge, placeText } from './looks';
import { usePrivacyWords } from './privacy-words';
import { isMissing, useBlurRequest, type BlurRequest } from './queries';
import { Deadline } from './requests-section';
import { TrailSection } from './trail-section';

export function RequestPage({ requestId }: { requestId: string }): JSX.Element {
  const { t } = usePrivacyWords();
  const { scopes } = useSession();
  const { data, error } = useBlurRequest(requestId);
  const writes = scopes.has('privacy:write');
  return (
    <Stack>
      <div>
        <Anchor renderRoot={(props) => <Link {...props} to="/privacy" search={{ part: 'requests' }} />}>
          {t('backToRequests')}
        </Anchor>
      </div>
      {data === undefined && error === null && <Loading />}
      {isMissing(error) ? <Alert color="yellow">{t('noRequestRead')}</Alert> : <ProblemAlert error={error} />}
      {data !== undefined && !isMissing(error) && (
        <>
          <Group justify="space-between" align="start">
            <div>
              <Title order={2}>{t('requestTitle', { what: t(ASKED[data.value.what]) })}</Title>
              <Deadline request={data.value} />
            </div>
            <StateBadge look={REQUEST_STATES[data.value.state]} />
          </Group>
          {!writes && <Text size="sm">{t('missingWrite')}</Text>}
          <div className="privacy-grid">
            <Asked request={data.value} />
            <AnswerSection shown={data} writes={writes} />
          </div>
          <TrailSection of={{ requestId }} />
        </>
      )}
    </Stack>
  );
}

function Asked({ request }: { request: BlurRequest }): JSX.Element {
  const { t, moment } = usePrivacyWords();
  const { place, note, contact, receivedAt, what } = request;
  return (
    <Paper component="section" withBorder p="md" aria-labelledby="asked-title">
      <Title order={3} size="h4" id="asked-title" mb="sm">
        {t('asked')}
      </Title>
      <dl className="privacy-facts">
        <div>
          <dt>{t('what')}</dt>
          <dd>{t(ASKED[what])}</dd>
        </div>
        <div>
          <dt>{t('when')}</dt>
          <dd>{moment(receivedAt)}</dd>
        </div>
        <div>
          <dt>{t('where')}</dt>
          <dd>
            {placeText(place)}{' '}
            <Anchor href={viewerAddress(request)} target="_blank" rel="noreferrer">
              {t('lookThere')}
            </Anchor>
          </dd>
        </div>
        <div>
          <dt>{t('note')}</dt>
          <dd className="privacy-name">{note ?? t('nothingSaid')}</dd>
        </div>
        <div>
          <dt>{t('contact')}</dt>
          <dd className="privacy-name">
            {contact === null ? t('noContact') : <Anchor href={`mailto:${contact}`}>{contact}</Anchor>}
          </dd>
        </div>
      </dl>
    </Paper>
  );
}

/** The place as it was looked at when it was asked for; from nearby where that was not said. */
function viewerAddress({ publicationId, place, view }: BlurRequest): string {
  const [x = 0, y = 0, z = 0] = place;
  const { position, target } = view ?? { position: [x - 1.5, y - 1.5, z + 0.3], target: place };
  return `/v/${publicationId}#${new URLSearchParams({ view: [...position, ...target].map((value) => value.toFixed(3)).join() })}`;
}
