import { Anchor, Group, NativeSelect, Paper, Stack, Text, Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { JSX } from 'react';
import { Loading, ProblemAlert } from '../../app/feedback';
import { useFilters } from '../../app/filters';
import { Pager } from '../../app/pager';
import { daysLeft } from './deadline';
import { ASKED, REQUEST_STATES, StateBadge } from './looks';
import { usePrivacyWords } from './privacy-words';
import { useBlurRequests, type BlurRequest } from './queries';

const FILTERS = ['state', 'spaceMapId'] as const;

export function RequestsSection(): JSX.Element {
  const { t } = usePrivacyWords();
  const filters = useFilters(FILTERS);
  const { data, error } = useBlurRequests(filters.values, filters.cursor);
  const filtered = Object.keys(filters.values).length > 0;
  return (
    <Stack component="section" aria-label={t('requests')}>
      <Group role="search" align="end">
        <NativeSelect
          label={t('state')}
          value={filters.values.state ?? ''}
          onChange={(event) => filters.set('state', event.currentTarget.value)}
          data={[
            { value: '', label: t('anyState') },
            ...Object.entries(REQUEST_STATES).map(([value, { word }]) => ({ value, label: t(word) })),
          ]}
        />
      </Group>
      <ProblemAlert error={error} />
      {data === undefined && error === null && <Loading />}
      {data?.items.length === 0 && <Text c="dimmed">{t(filtered ? 'noneFiltered' : 'noRequests')}</Text>}
      <ul className="plain-list">
        {data?.items.map((request) => (
          <Row key={request.id} request={request} />
        ))}
      </ul>
      <Pager cursor={filters.cursor} next={data?.next ?? null} onChange={(cursor) => filters.set('cursor', cursor)} />
    </Stack>
  );
}

function Row({ request }: { request: BlurRequest }): JSX.Element {
  const { t, moment } = usePrivacyWords();
  const { id: requestId, what, note, state, receivedAt } = request;
  return (
    <Paper component="li" withBorder p="sm">
      <Group justify="space-between" gap="xs">
        <Title order={3} size="h5" className="privacy-name">
          <Anchor inherit renderRoot={(props) => <Link {...props} to="/privacy/requests/$requestId" params={{ requestId }} />}>
            {`${t(ASKED[what])} · ${moment(receivedAt)}`}
          </Anchor>
        </Title>
        <StateBadge look={REQUEST_STATES[state]} />
      </Group>
      {note !== null && (
        <Text size="sm" className="privacy-name" lineClamp={2}>
          {note}
        </Text>
      )}
      <Deadline request={request} />
    </Paper>
  );
}

/** Runs until the request has its answer. */
export function Deadline({ request: { state, answerBy, overdue, answeredAt } }: { request: BlurRequest }): JSX.Element {
  const { t, moment } = usePrivacyWords();
  if (state === 'declined' || state === 'done')
    return (
      <Text size="sm" c="dimmed">
        {t('answeredAt', { moment: moment(answeredAt) })}
      </Text>
    );
  const days = daysLeft(answerBy, Date.now());
  if (overdue)
    return (
      <Text size="sm" fw={700} className="privacy-overdue">
        {t('overdue', { days: Math.abs(days), moment: moment(answerBy) })}
      </Text>
    );
  return <Text size="sm">{t('daysLeft', { days: Math.max(0, days), moment: moment(answerBy) })}</Text>;
}
