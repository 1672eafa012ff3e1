import { Button, Group, NativeSelect, NumberInput, Paper, Stack, Table, Text, Title } from '@mantine/core';
import { useState, type JSX } from 'react';
import type { Forecast, PlacementPolicy, WhatIfChange, WhatIfView } from '@stead/contracts/dispatcher';
import { duration } from '../../app/duration';
import { ProblemAlert } from '../../app/feedback';
import { Working } from './feedback';
import { useOpsWords } from './ops-words';
import { PolicyFields, policyOf } from './policy-fields';
import { platform, useAction, useClusters } from './queries';
import type { OpsWords } from './words';

type Question = 'drain' | 'lose' | 'gpus' | 'policy';

export function WhatIfSection(): JSX.Element {
  const { t } = useOpsWords();
  const { data: clusters } = useClusters();
  const names = (clusters?.items ?? []).map(({ name }) => name);
  const [question, setQuestion] = useState<Question>('drain');
  const [chosen, setChosen] = useState('');
  const [count, setCount] = useState<number | string>(2);
  const [policy, setPolicy] = useState<PlacementPolicy>(policyOf('burst-when-full'));
  const cluster = chosen === '' ? (names[0] ?? '') : chosen;
  const ask = useAction((client, change: WhatIfChange) => client.post<WhatIfView>(platform('/what-if'), { change }));
  const change: Record<Question, WhatIfChange> = {
    drain: { drainCluster: cluster },
    lose: { loseCluster: cluster },
    gpus: { addGpus: { cluster, count: Number(count) } },
    policy: { policy },
  };
  return (
    <Stack>
      <Title order={3}>{t('whatIf')}</Title>
      <Text size="sm" c="dimmed">
        {t('whatIfIntro')}
      </Text>
      <Paper withBorder p="md">
        <form
          onSubmit={(event) => {
            event.preventDefault();
            ask.mutate(change[question]);
          }}
        >
          <Stack maw={480}>
            <NativeSelect
              label={t('question')}
              value={question}
              onChange={(event) => setQuestion(event.currentTarget.value as Question)} // the options below
              data={[
                { value: 'drain', label: t('ifDrain') },
                { value: 'lose', label: t('ifLose') },
                { value: 'gpus', label: t('ifGpus') },
                { value: 'policy', label: t('ifPolicy') },
              ]}
            />
            {question !== 'policy' && (
              <NativeSelect
                label={t('cluster')}
                value={cluster}
                onChange={(event) => setChosen(event.currentTarget.value)}
                data={names}
              />
            )}
            {question === 'gpus' && (
              <NumberInput label={t('count')} min={1} max={1000} allowDecimal={false} value={count} onChange={setCount} />
            )}
            {question === 'policy' && <PolicyFields policy={policy} onChange={(next) => next !== null && setPolicy(next)} />}
            <Group>
              <Button type="submit" disabled={ask.isPending}>
                {t('simulate')}
              </Button>
            </Group>
            {ask.isPending && <Working what={t('simulating')} />}
          </Stack>
        </form>
      </Paper>
      <ProblemAlert error={ask.error} />
      {ask.data !== undefined && !ask.isPending && <Outcome answer={ask.data} />}
    </Stack>
  );
}

const ROWS: { word: keyof OpsWords; of: keyof Forecast; show: (value: number, language: string) => string }[] = [
  { word: 'runs', of: 'runs', show: (value) => String(value) },
  { word: 'stuck', of: 'stuck', show: (value) => String(value) },
  { word: 'late', of: 'late', show: (value) => String(value) },
  { word: 'meanWait', of: 'meanWaitS', show: duration },
  { word: 'maxWait', of: 'maxWaitS', show: duration },
  { word: 'makespan', of: 'makespanS', show: duration },
  { word: 'cloudRuns', of: 'cloudRuns', show: (value) => String(value) },
  { word: 'cloudCost', of: 'cloudCost', show: (value) => value.toFixed(2) },
  { word: 'onpremCost', of: 'onpremCost', show: (value) => value.toFixed(2) },
];

function Outcome({ answer: { before, after, leftOut } }: { answer: WhatIfView }): JSX.Element {
  const { t, language } = useOpsWords();
  const sign = (value: number, show: (typeof ROWS)[number]['show']): string =>
    value === 0 ? '=' : `${value > 0 ? '+' : '−'}${show(Math.abs(value), language)}`;
  return (
    <Stack gap="xs" role="status">
      <Table withTableBorder>
        <Table.Thead>
          <Table.Tr>
            <Table.Td />
            <Table.Th scope="col">{t('asIs')}</Table.Th>
            <Table.Th scope="col">{t('changed')}</Table.Th>
            <Table.Th scope="col">{t('difference')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {ROWS.map(({ word, of, show }) => (
            <Table.Tr key={word}>
              <Table.Th scope="row">{t(word)}</Table.Th>
              <Table.Td className="ops-number">{show(before[of], language)}</Table.Td>
              <Table.Td className="ops-number">{show(after[of], language)}</Table.Td>
              <Table.Td className="ops-number">{sign(after[of] - before[of], show)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {leftOut > 0 && <Text size="sm">{t('leftOut', { count: leftOut })}</Text>}
    </Stack>
  );
}
