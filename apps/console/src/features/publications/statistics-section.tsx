import { Group, Paper, SegmentedControl, Stack, Table, Text, Title } from '@mantine/core';
import { useMemo, useState, type JSX } from 'react';
import { Loading, ProblemAlert } from '../../app/feedback';
import { everyDay, lastDays } from './days';
import { usePublicationWords } from './publication-words';
import { useHotspotTitles, useShareLinks, useStatistics, type Publication, type Statistics } from './queries';
import { ViewsPlot } from './views-plot';

const PERIODS = ['7', '30', '90'] as const;

/** How often and for how long a publication is looked at. What few people did is not told: the server leaves it out. */
export function StatisticsSection({ publication }: { publication: Publication }): JSX.Element {
  const { t } = usePublicationWords();
  const [days, setDays] = useState<string>('30');
  const period = useMemo(() => lastDays(Number(days), Date.now()), [days]);
  const { data, error } = useStatistics(publication.id, period);
  return (
    <Paper component="section" withBorder p="md" aria-labelledby="statistics-title">
      <Group justify="space-between" align="start" mb="sm">
        <div>
          <Title order={3} size="h4" id="statistics-title">
            {t('statistics')}
          </Title>
          <Text size="sm" c="dimmed">
            {t('statisticsIntro')}
          </Text>
        </div>
        <SegmentedControl
          aria-label={t('statisticsPeriod')}
          value={days}
          onChange={setDays}
          data={PERIODS.map((value) => ({ value, label: t('daysCount', { count: Number(value) }) }))}
        />
      </Group>
      <ProblemAlert error={error} />
      {data === undefined && error === null && <Loading />}
      {data !== undefined && <Told statistics={data} publication={publication} />}
    </Paper>
  );
}

function Told({ statistics, publication }: { statistics: Statistics; publication: Publication }): JSX.Element {
  const { t } = usePublicationWords();
  const { views, visitors, from, to, days } = statistics;
  if (views === 0) return <Text c="dimmed">{t('noViews')}</Text>;
  return (
    <Stack>
      <Text>
        <strong>{t('viewsCount', { count: views })}</strong> ·{' '}
        {visitors === null ? t('visitorsFew') : t('visitorsCount', { count: visitors })}
      </Text>
      <ViewsPlot days={everyDay(from, to, days)} />
      <div className="publication-grid">
        <Funnel statistics={statistics} />
        <Stack>
          <Hotspots statistics={statistics} publication={publication} />
          <Links statistics={statistics} publication={publication} />
        </Stack>
      </div>
    </Stack>
  );
}

function Funnel({ statistics: { funnel } }: { statistics: Statistics }): JSX.Element {
  const { t } = usePublicationWords();
  const steps = [
    [t('funnelOpened'), funnel.opened],
    [t('funnelReady'), funnel.ready],
    [t('funnelMoved'), funnel.moved],
    [t('funnelHotspot'), funnel.hotspot],
    [t('funnelTour'), funnel.tourFinished],
  ] as const;
  return (
    <div>
      <Title order={4} size="h5" mb="xs">
        {t('funnel')}
      </Title>
      <ol className="plain-list publication-funnel">
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
    </div>
  );
}

function Hotspots({
  statistics: { hotspots },
  publication,
}: {
  statistics: Statistics;
  publication: Publication;
}): JSX.Element | null {
  const { t } = usePublicationWords();
  const titles = useHotspotTitles(publication.scene?.id ?? null);
  if (hotspots.length === 0) return null;
  return (
    <Table withTableBorder captionSide="top">
      <Table.Caption>{t('hotspotsLooked')}</Table.Caption>
      <Table.Thead>
        <Table.Tr>
          <Table.Th scope="col">{t('hotspot')}</Table.Th>
          <Table.Th scope="col">{t('opens')}</Table.Th>
          <Table.Th scope="col">{t('dwell')}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {hotspots.map(({ hotspotId, opens, dwellS }) => (
          <Table.Tr key={hotspotId}>
            <Table.Th scope="row">{titles.get(hotspotId) ?? hotspotId.slice(0, 8)}</Table.Th>
            <Table.Td>{opens ?? t('few')}</Table.Td>
            <Table.Td>
              {opens === null || dwellS === null ? '–' : t('secondsEach', { seconds: Math.round(dwellS / Math.max(1, opens)) })}
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

function Links({ statistics: { links }, publication }: { statistics: Statistics; publication: Publication }): JSX.Element | null {
  const { t, moment } = usePublicationWords();
  const { data } = useShareLinks(publication.id, '');
  if (links.length === 0) return null;
  const names = new Map((data?.items ?? []).map(({ id, name }) => [id, name === '' ? t('unnamed') : name]));
  return (
    <Table withTableBorder captionSide="top">
      <Table.Caption>{t('linksLooked')}</Table.Caption>
      <Table.Tbody>
        {links.map(({ linkId, views, lastAt }) => (
          <Table.Tr key={linkId}>
            <Table.Th scope="row">{names.get(linkId) ?? t('linkGone')}</Table.Th>
            <Table.Td>{t('viewsCount', { count: views })}</Table.Td>
            <Table.Td>{moment(lastAt)}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
