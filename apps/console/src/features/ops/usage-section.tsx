import { Group, NativeSelect, Stack, Table, Text, Title } from '@mantine/core';
import { lazy, Suspense, useState, type JSX } from 'react';
import type { UsageView } from '@stead/contracts/dispatcher';
import { Loading, ProblemAlert } from '../../app/feedback';
import { useOpsWords } from './ops-words';
import { useUsage } from './queries';
import { healthWord } from './states';

const UsagePlot = lazy(() => import('./usage-plot').then((module) => ({ default: module.UsagePlot })));
const SPANS = [15, 60, 360, 1_440, 10_080];
const ROWS_MAX = 12;

/** What happened, as a picture and as a table. */
export function UsageSection(): JSX.Element {
  const { t } = useOpsWords();
  const [minutes, setMinutes] = useState(60);
  const { data, error } = useUsage(minutes);
  const label = (span: number): string =>
    span < 60
      ? t('lastMinutes', { count: span })
      : span <= 1_440
        ? t('lastHours', { count: span / 60 })
        : t('lastDays', { count: span / 1_440 });
  return (
    <section aria-labelledby="usage-title">
      <Group justify="space-between" mb="sm">
        <Title order={3} id="usage-title">
          {t('plotTitle')}
        </Title>
        <NativeSelect
          aria-label={t('span')}
          value={String(minutes)}
          onChange={(event) => setMinutes(Number(event.currentTarget.value))}
          data={SPANS.map((span) => ({ value: String(span), label: label(span) }))}
        />
      </Group>
      <ProblemAlert error={error} />
      {data === undefined && error === null && <Loading />}
      {data !== undefined && data.at.length < 2 && <Text c="dimmed">{t('notYet')}</Text>}
      {data !== undefined && data.at.length >= 2 && (
        <Stack gap="xs">
          <Suspense fallback={<Loading />}>
            <UsagePlot usage={data} />
          </Suspense>
          <details>
            <summary>{t('asTable')}</summary>
            <UsageTable usage={data} />
          </details>
        </Stack>
      )}
    </section>
  );
}

function UsageTable({ usage }: { usage: UsageView }): JSX.Element {
  const { t, moment } = useOpsWords();
  const every = Math.max(1, Math.ceil(usage.at.length / ROWS_MAX));
  const rows = usage.at.map((_, index) => index).filter((index) => index % every === 0);
  const show = (value: number | null | undefined): string => (value === null || value === undefined ? '–' : String(value));
  return (
    <Stack gap="sm" mt="sm">
      <div className="ops-scroll" tabIndex={0} role="region" aria-label={t('asTable')}>
        <Table striped withTableBorder>
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">{t('time')}</Table.Th>
              {usage.clusters.map(({ name }) => (
                <Table.Th scope="col" key={name}>
                  {name}: {t('gpus')}
                </Table.Th>
              ))}
              <Table.Th scope="col">{t('queued')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map((index) => (
              <Table.Tr key={usage.at[index]}>
                <Table.Th scope="row">{moment(new Date((usage.at[index] ?? 0) * 1000).toISOString())}</Table.Th>
                {usage.clusters.map(({ name, gpusUsed, gpusTotal }) => (
                  <Table.Td key={name} className="ops-number">
                    {show(gpusUsed[index])} / {show(gpusTotal[index])}
                  </Table.Td>
                ))}
                <Table.Td className="ops-number">{show(usage.queued[index])}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </div>
      <Outages usage={usage} />
      <Text size="sm">{t('spillsCount', { count: usage.spillsTotal })}</Text>
    </Stack>
  );
}

function Outages({ usage: { outages } }: { usage: UsageView }): JSX.Element {
  const { t, moment } = useOpsWords();
  if (outages.length === 0) return <Text size="sm">{t('noOutage')}</Text>;
  return (
    <ul>
      {outages.map(({ cluster, health, from, to }) => (
        <li key={cluster + from}>
          <Text size="sm">
            {t('outageRow', {
              cluster,
              health: t(healthWord(health)),
              from: moment(from),
              to: to === null ? t('now') : moment(to),
            })}
          </Text>
        </li>
      ))}
    </ul>
  );
}
