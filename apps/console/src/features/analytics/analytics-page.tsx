import { Alert, Group, NativeSelect, Paper, SegmentedControl, Stack, Text, Title } from '@mantine/core';
import { useMemo, type JSX } from 'react';
import { Loading, ProblemAlert } from '../../app/feedback';
import { useFilters } from '../../app/filters';
import { useSession } from '../../app/session';
import { useAnalyticsWords } from './analytics-words';
import { DaysPlot } from './days-plot';
import { everyDay, lastDays } from './days';
import { usePlaces, useStatistics, type Statistics } from './queries';
import { DaysTable, TopHotspots, TopPlaces } from './tables';
import './analytics.css';

const READS = 'publications:read';
const FILTERS = ['days', 'publicationId'] as const;
const PERIODS = ['7d', '30d', '90d', '365d'];
const PERIOD_DEFAULT = '30d';

export function AnalyticsPage(): JSX.Element {
  const { t } = useAnalyticsWords();
  const { scopes } = useSession();
  return (
    <Stack>
      <div>
        <Title order={2}>{t('title')}</Title>
        <Text c="dimmed">{t('intro')}</Text>
      </div>
      {scopes.has(READS) ? (
        <Analytics />
      ) : (
        <Alert color="yellow" role="alert">
          {t('missing', { scope: READS })}
        </Alert>
      )}
    </Stack>
  );
}

function Analytics(): JSX.Element {
  const { t } = useAnalyticsWords();
  const filters = useFilters(FILTERS);
  const { days: asked = PERIOD_DEFAULT, publicationId = '' } = filters.values;
  const days = PERIODS.includes(asked) ? asked : PERIOD_DEFAULT;
  const period = useMemo(() => lastDays(Number.parseInt(days), Date.now()), [days]);
  const { data, error } = useStatistics(period, publicationId);
  return (
    <>
      <Group role="search" align="end">
        <SegmentedControl
          aria-label={t('period')}
          value={days}
          onChange={(value) => filters.set('days', value)}
          data={PERIODS.map((value) => ({ value, label: t('days', { count: Number.parseInt(value) }) }))}
        />
        <PlaceFilter value={publicationId} onChange={(value) => filters.set('publicationId', value)} />
      </Group>
      <ProblemAlert error={error} />
      {data === undefined && error === null && <Loading />}
      {data !== undefined && <Told statistics={data} />}
      <TopPlaces
        period={period}
        cursor={filters.cursor}
        onCursor={(cursor) => filters.set('cursor', cursor)}
        onOnly={(value) => filters.set('publicationId', value)}
      />
    </>
  );
}

function PlaceFilter({ value, onChange }: { value: string; onChange: (publicationId: string) => void }): JSX.Element {
  const { t } = useAnalyticsWords();
  const places = usePlaces().map(({ id, title }) => ({ value: id, label: title }));
  // One that is not among the newest is filtered by all the same.
  const unknown = value === '' || places.some((place) => place.value === value) ? [] : [{ value, label: value.slice(-8) }];
  return (
    <NativeSelect
      label={t('place')}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      data={[{ value: '', label: t('allPlaces') }, ...places, ...unknown]}
    />
  );
}

function Told({ statistics }: { statistics: Statistics }): JSX.Element {
  const { t } = useAnalyticsWords();
  const days = useMemo(() => everyDay(statistics), [statistics]);
  const { views, visitors } = statistics;
  if (views === 0) return <Text c="dimmed">{t('none')}</Text>;
  return (
    <>
      <Paper component="section" withBorder p="md" aria-labelledby="days-title">
        <Title order={3} size="h4" id="days-title">
          {t('byDay')}
        </Title>
        <Text>
          <strong>{t('viewsCount', { count: views })}</strong> ·{' '}
          {visitors === null ? t('visitorsFew') : t('visitorsCount', { count: visitors })}
        </Text>
        <Text size="sm" c="dimmed">
          {t('visitorsHow')}
        </Text>
        <DaysPlot days={days} />
        <DaysTable days={days} />
      </Paper>
      <div className="analytics-grid">
        <Funnel funnel={statistics.funnel} />
        <TopHotspots statistics={statistics} />
      </div>
    </>
  );
}

function Funnel({ funnel }: Pick<Statistics, 'funnel'>): JSX.Element {
  const { t } = useAnalyticsWords();
  const steps = [
    [t('funnelOpened'), funnel.opened],
    [t('funnelReady'), funnel.ready],
    [t('funnelMoved'), funnel.moved],
    [t('funnelHotspot'), funnel.hotspot],
    [t('funnelTour'), funnel.tourFinished],
  ] as const;
  return (
    <section aria-labelledby="funnel-title">
      <Title order={3} size="h4" mb="xs" id="funnel-title">
        {t('funnel')}
      </Title>
      <ol className="plain-list analytics-funnel">
        {steps.map(([name, count]) => (
          <li key={name}>
            <Group justify="space-between">
              <Text size="sm">{name}</Text>
              <Text size="sm">{count}</Text>
            </Group>
            <progress max={Math.max(1, funnel.opened)} value={Math.min(count, funnel.opened)} aria-label={name} />
          </li>
        ))}
      </ol>
    </section>
  );
}
