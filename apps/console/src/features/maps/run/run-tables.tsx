import { Table, Text, Title } from '@mantine/core';
import type { JSX, ReactNode } from 'react';
import { duration } from '../../../app/duration';
import { moneyText, sizeText } from '../figures';
import { StepBadge } from '../map-states';
import { useMapWords } from '../map-words';
import type { Run } from '../queries';

function Section({
  id,
  title,
  columns,
  children,
}: {
  id: string;
  title: string;
  columns: string[];
  children: ReactNode;
}): JSX.Element {
  return (
    <section aria-labelledby={id}>
      <Title order={3} size="h4" id={id} mb="xs">
        {title}
      </Title>
      <div className="maps-wide" tabIndex={0} role="region" aria-label={title}>
        <Table withTableBorder>
          <Table.Thead>
            <Table.Tr>
              {columns.map((column) => (
                <Table.Th scope="col" key={column}>
                  {column}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>{children}</Table.Tbody>
        </Table>
      </div>
    </section>
  );
}

export function StepsTable({ steps }: Pick<Run, 'steps'>): JSX.Element {
  const { t, moment, language } = useMapWords();
  return (
    <Section
      id="steps-title"
      title={t('steps')}
      columns={[t('step'), t('stepState'), t('where'), t('began'), t('took'), t('retries')]}
    >
      {steps.map(({ name, state, percent, cluster, epoch, startedAt, seconds, retries, message }) => (
        <Table.Tr key={name} data-step={name} data-state={state}>
          <Table.Th scope="row">{name}</Table.Th>
          <Table.Td>
            <StepBadge state={state} /> {state === 'running' ? `${Math.round(percent)} %` : ''}
            {message !== null && (
              <Text size="xs" c="dimmed">
                {message}
              </Text>
            )}
          </Table.Td>
          <Table.Td>{cluster === null ? '–' : `${cluster} (${epoch ?? '–'})`}</Table.Td>
          <Table.Td>{moment(startedAt)}</Table.Td>
          <Table.Td>{seconds === null ? '–' : duration(seconds, language)}</Table.Td>
          <Table.Td>{retries}</Table.Td>
        </Table.Tr>
      ))}
    </Section>
  );
}

export function AttemptsTable({ attempts }: Pick<Run, 'attempts'>): JSX.Element | null {
  const { t, moment, language } = useMapWords();
  if (attempts.length === 0) return null;
  const columns = [t('attempts'), t('began'), t('outcome'), t('gpuSeconds'), t('cost')];
  return (
    <Section id="attempts-title" title={t('attempts')} columns={columns}>
      {attempts.map(({ epoch, cluster, state, outcome, createdAt, gpuSeconds, cost, message, why }) => (
        <Table.Tr key={epoch}>
          <Table.Th scope="row">{t('attempt', { epoch, cluster })}</Table.Th>
          <Table.Td>{moment(createdAt)}</Table.Td>
          <Table.Td>
            {[state, ...(outcome === null ? [] : [outcome])].join(' · ')}
            <Text size="xs" c="dimmed">
              {message ?? why}
            </Text>
          </Table.Td>
          <Table.Td>{Math.round(gpuSeconds).toLocaleString(language)}</Table.Td>
          <Table.Td>{moneyText(cost, language)}</Table.Td>
        </Table.Tr>
      ))}
    </Section>
  );
}

/** Nothing where one object store serves every cluster. */
export function CopiesTable({ replication }: Pick<Run, 'replication'>): JSX.Element | null {
  const { t, language } = useMapWords();
  if (replication.length === 0) return null;
  return (
    <Section id="copies-title" title={t('copies')} columns={[t('where'), t('stepState'), t('bytes')]}>
      {replication.map(({ from, to, what, state, bytesDone, bytesTotal, detail }) => (
        <Table.Tr key={`${from} ${to} ${what}`}>
          <Table.Th scope="row">{`${from} → ${to} (${what})`}</Table.Th>
          <Table.Td>{[state, ...(detail === null ? [] : [detail])].join(' · ')}</Table.Td>
          <Table.Td>{`${sizeText(bytesDone, language)} / ${sizeText(bytesTotal, language)}`}</Table.Td>
        </Table.Tr>
      ))}
    </Section>
  );
}
