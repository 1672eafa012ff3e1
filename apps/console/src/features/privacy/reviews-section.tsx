import { Anchor, Group, NativeSelect, Paper, Progress, Stack, Text, Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { JSX } from 'react';
import { Loading, ProblemAlert } from '../../app/feedback';
import { useFilters } from '../../app/filters';
import { Pager } from '../../app/pager';
import { ERASURES, REVIEW_STATES, StateBadge } from './looks';
import { usePrivacyWords } from './privacy-words';
import { useReviews, type Review } from './queries';

const FILTERS = ['state', 'spaceMapId'] as const;

export function ReviewsSection(): JSX.Element {
  const { t } = usePrivacyWords();
  const filters = useFilters(FILTERS);
  const { data, error } = useReviews(filters.values, filters.cursor);
  const filtered = Object.keys(filters.values).length > 0;
  return (
    <Stack component="section" aria-label={t('reviews')}>
      <Group role="search" align="end">
        <NativeSelect
          label={t('state')}
          value={filters.values.state ?? ''}
          onChange={(event) => filters.set('state', event.currentTarget.value)}
          data={[
            { value: '', label: t('anyState') },
            ...Object.entries(REVIEW_STATES).map(([value, { word }]) => ({ value, label: t(word) })),
          ]}
        />
        {filters.values.spaceMapId !== undefined && (
          <Anchor component="button" type="button" onClick={() => filters.set('spaceMapId', '')}>
            {t('ofAllMaps')}
          </Anchor>
        )}
      </Group>
      <ProblemAlert error={error} />
      {data === undefined && error === null && <Loading />}
      {data?.items.length === 0 && <Text c="dimmed">{t(filtered ? 'noneFiltered' : 'noReviews')}</Text>}
      <ul className="plain-list">
        {data?.items.map((review) => (
          <Row key={review.id} review={review} onMap={(id) => filters.set('spaceMapId', id)} />
        ))}
      </ul>
      <Pager cursor={filters.cursor} next={data?.next ?? null} onChange={(cursor) => filters.set('cursor', cursor)} />
    </Stack>
  );
}

function Row({ review, onMap }: { review: Review; onMap: (spaceMapId: string) => void }): JSX.Element {
  const { t, moment } = usePrivacyWords();
  const { id: reviewId, name, state, versionNumber, detections, undecided, changes, erasure, spaceMapId } = review;
  const decided = Math.max(0, detections - undecided);
  return (
    <Paper component="li" withBorder p="sm">
      <Group justify="space-between" gap="xs">
        <Title order={3} size="h5" className="privacy-name">
          <Anchor inherit renderRoot={(props) => <Link {...props} to="/privacy/$reviewId" params={{ reviewId }} />}>
            {`${name} · ${t('version', { number: versionNumber })}`}
          </Anchor>
        </Title>
        <StateBadge look={REVIEW_STATES[state]} />
      </Group>
      <Progress
        my="xs"
        value={detections === 0 ? 100 : (100 * decided) / detections}
        aria-label={t('decidedOf', { decided, count: detections })}
      />
      <Text size="sm">
        {[
          t('decidedOf', { decided, count: detections }),
          ...(changes === 0 ? [] : [t('changesWait', { count: changes })]),
          ...(erasure.hold !== null ? [t('held')] : []),
          erasure.state === 'due' ? `${t(ERASURES.due)}: ${moment(erasure.dueAt)}` : t(ERASURES[erasure.state]),
        ].join(' · ')}
      </Text>
      <Anchor
        component="button"
        type="button"
        size="sm"
        onClick={() => onMap(spaceMapId)}
        aria-label={`${t('ofThisMap')}: ${name}`}
      >
        {t('ofThisMap')}
      </Anchor>
    </Paper>
  );
}
