import { Code, NativeSelect, Stack, Table, Text, TextInput, Title } from '@mantine/core';
import type { JSX } from 'react';
import type { AuditAction, AuditEntryView } from '@stead/contracts/dispatcher';
import { Loading, ProblemAlert } from '../../app/feedback';
import { useOpsWords } from './ops-words';
import { Pager } from '../../app/pager';
import { useAudit, useWorkspaceNames } from './queries';
import { useFilters } from '../../app/filters';

const ACTIONS: Record<AuditAction, true> = {
  'cluster.register': true,
  'cluster.rotate': true,
  'cluster.change': true,
  'cluster.remove': true,
  'cluster.cordon': true,
  'cluster.uncordon': true,
  'cluster.drain': true,
  'cluster.total-loss': true,
  'run.reprioritise': true,
  'run.requeue': true,
  'rules.set': true,
  'budget.set': true,
};

export function AuditSection(): JSX.Element {
  const { t } = useOpsWords();
  const filters = useFilters(['action', 'subject', 'actor']);
  const { data, error } = useAudit(filters.query);
  return (
    <Stack>
      <Title order={3}>{t('audit')}</Title>
      <div className="ops-filters" role="search">
        <NativeSelect
          label={t('what')}
          value={filters.values.action ?? ''}
          onChange={(event) => filters.set('action', event.currentTarget.value)}
          data={[{ value: '', label: t('all') }, ...Object.keys(ACTIONS)]}
        />
        <TextInput
          label={t('about')}
          defaultValue={filters.values.subject ?? ''}
          onBlur={(event) => filters.set('subject', event.currentTarget.value)}
        />
        <TextInput
          label={t('who')}
          defaultValue={filters.values.actor ?? ''}
          onBlur={(event) => filters.set('actor', event.currentTarget.value)}
        />
      </div>
      <ProblemAlert error={error} />
      {data === undefined && error === null && <Loading />}
      {data !== undefined && data.items.length === 0 && <Text c="dimmed">{t('nothing')}</Text>}
      {data !== undefined && data.items.length > 0 && (
        <div className="ops-scroll" tabIndex={0} role="region" aria-label={t('audit')}>
          <Table striped withTableBorder>
            <Table.Thead>
              <Table.Tr>
                <Table.Th scope="col">{t('when')}</Table.Th>
                <Table.Th scope="col">{t('what')}</Table.Th>
                <Table.Th scope="col">{t('about')}</Table.Th>
                <Table.Th scope="col">{t('beforeAfter')}</Table.Th>
                <Table.Th scope="col">{t('reason')}</Table.Th>
                <Table.Th scope="col">{t('who')}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {data.items.map((entry) => (
                <Row key={entry.id} entry={entry} />
              ))}
            </Table.Tbody>
          </Table>
        </div>
      )}
      <Pager cursor={filters.cursor} next={data?.next ?? null} onChange={(cursor) => filters.set('cursor', cursor)} />
    </Stack>
  );
}

function Row({ entry }: { entry: AuditEntryView }): JSX.Element {
  const { moment } = useOpsWords();
  const nameOf = useWorkspaceNames();
  const subject = entry.action === 'rules.set' ? nameOf(entry.subject) : entry.subject;
  return (
    <Table.Tr>
      <Table.Td>
        <time dateTime={entry.at}>{moment(entry.at)}</time>
      </Table.Td>
      <Table.Td>{entry.action}</Table.Td>
      <Table.Th scope="row" title={entry.subject}>
        {subject.length > 24 ? `…${subject.slice(-12)}` : subject}
      </Table.Th>
      <Table.Td className="ops-why">
        {changes(entry).map((line) => (
          <Code key={line} display="block" className="ops-pre" bg="transparent" p={0}>
            {line}
          </Code>
        ))}
      </Table.Td>
      <Table.Td className="ops-pre">{entry.reason ?? '–'}</Table.Td>
      <Table.Td title={`${entry.actor.kind} ${entry.actor.id} · ${entry.requestId}`}>
        {entry.actor.kind} …{entry.actor.id.slice(-8)}
      </Table.Td>
    </Table.Tr>
  );
}

/** What differs between before and after, a line each. */
function changes({ before, after }: AuditEntryView): string[] {
  const names = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])];
  const text = (value: unknown): string =>
    value === undefined ? '–' : typeof value === 'string' ? value : JSON.stringify(value);
  return names.flatMap((name) => {
    const [was, is] = [text(before?.[name]), text(after?.[name])];
    return was === is ? [] : [`${name}: ${was} → ${is}`];
  });
}
