import { Button, NativeSelect, Stack, Table, Text, TextInput, Title } from '@mantine/core';
import { useState, type JSX } from 'react';
import type { QueueItemView } from '@stead/contracts/dispatcher';
import { duration } from '../../app/duration';
import { useSession } from '../../app/session';
import { Loading, ProblemAlert } from '../../app/feedback';
import { useOpsWords } from './ops-words';
import { Pager } from '../../app/pager';
import { useClusters, useQueue, useWorkspaceNames, useWorkspaces } from './queries';
import { verdictIn, whyIn } from '../../app/reasons';
import { ReprioritiseDialog } from './reprioritise-dialog';
import { RunDialog } from './run-dialog';
import { useFilters } from '../../app/filters';
import { POLICY_WORDS, STATE_WORDS, StateBadge, policyText } from './states';

const FILTERS = ['workspaceId', 'state', 'cluster', 'policy', 'pipeline', 'title'] as const;
const OPEN = ['queued', 'dispatching', 'active', 'uncertain', 'verifying'] as const;
type Shown = { kind: 'details' | 'priority'; item: QueueItemView } | null;

export function QueueSection(): JSX.Element {
  const { t } = useOpsWords();
  const filters = useFilters(FILTERS);
  const { data, error } = useQueue(filters.query);
  const [shown, setShown] = useState<Shown>(null);
  const close = (): void => setShown(null);
  return (
    <Stack>
      <Title order={3}>{t('queue')}</Title>
      <Filters values={filters.values} set={filters.set} />
      <ProblemAlert error={error} />
      {data === undefined && error === null && <Loading />}
      {data !== undefined && data.items.length === 0 && <Text c="dimmed">{t('nothing')}</Text>}
      {data !== undefined && data.items.length > 0 && <Rows items={data.items} onShow={setShown} />}
      <Pager cursor={filters.cursor} next={data?.next ?? null} onChange={(cursor) => filters.set('cursor', cursor)} />
      {shown?.kind === 'details' && <RunDialog runId={shown.item.runId} onClose={close} />}
      {shown?.kind === 'priority' && <ReprioritiseDialog item={shown.item} onClose={close} />}
    </Stack>
  );
}

function Filters({ values, set }: Pick<ReturnType<typeof useFilters<(typeof FILTERS)[number]>>, 'values' | 'set'>): JSX.Element {
  const { t } = useOpsWords();
  const { data } = useClusters();
  const workspaces = useWorkspaces();
  const all = { value: '', label: t('all') };
  return (
    <div className="ops-filters" role="search">
      <NativeSelect
        label={t('workspace')}
        value={values.workspaceId ?? ''}
        onChange={(event) => set('workspaceId', event.currentTarget.value)}
        data={[all, ...workspaces.map(({ id, name }) => ({ value: id, label: name }))]}
      />
      <NativeSelect
        label={t('state')}
        value={values.state ?? ''}
        onChange={(event) => set('state', event.currentTarget.value)}
        data={[all, ...OPEN.map((state) => ({ value: state, label: t(STATE_WORDS[state].word) }))]}
      />
      <NativeSelect
        label={t('cluster')}
        value={values.cluster ?? ''}
        onChange={(event) => set('cluster', event.currentTarget.value)}
        data={[all, ...(data?.items ?? []).map(({ name }) => ({ value: name, label: name }))]}
      />
      <NativeSelect
        label={t('policy')}
        value={values.policy ?? ''}
        onChange={(event) => set('policy', event.currentTarget.value)}
        data={[all, ...Object.entries(POLICY_WORDS).map(([value, word]) => ({ value, label: t(word) }))]}
      />
      <Typed
        key={`p ${values.pipeline}`}
        label={t('pipeline')}
        value={values.pipeline ?? ''}
        onChange={(value) => set('pipeline', value)}
      />
      <Typed
        key={`t ${values.title}`}
        label={t('titleFilter')}
        value={values.title ?? ''}
        onChange={(value) => set('title', value)}
      />
    </div>
  );
}

/** Takes effect when it is left or Enter is pressed, not with each letter. */
function Typed({ label, value, onChange }: { label: string; value: string; onChange: (value: string) => void }): JSX.Element {
  const [text, setText] = useState(value);
  const commit = (): void => {
    if (text !== value) onChange(text);
  };
  return (
    <TextInput
      label={label}
      value={text}
      onChange={(event) => setText(event.currentTarget.value)}
      onBlur={commit}
      onKeyDown={(event) => event.key === 'Enter' && commit()}
    />
  );
}

function Rows({ items, onShow }: { items: readonly QueueItemView[]; onShow: (shown: Shown) => void }): JSX.Element {
  const { t } = useOpsWords();
  return (
    <div className="ops-scroll" tabIndex={0} role="region" aria-label={t('queue')}>
      <Table striped withTableBorder verticalSpacing="xs">
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">{t('run')}</Table.Th>
            <Table.Th scope="col">{t('state')}</Table.Th>
            <Table.Th scope="col">{t('priority')}</Table.Th>
            <Table.Th scope="col">{t('why')}</Table.Th>
            <Table.Th scope="col">{t('begins')}</Table.Th>
            <Table.Th scope="col">{t('details')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {items.map((item) => (
            <Row key={item.runId} item={item} onShow={onShow} />
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}

function Row({ item, onShow }: { item: QueueItemView; onShow: (shown: Shown) => void }): JSX.Element {
  const words = useOpsWords();
  const { t, moment, language } = words;
  const { scopes } = useSession();
  const nameOf = useWorkspaceNames();
  const waitedS = (Date.now() - Date.parse(item.createdAt)) / 1000;
  return (
    <Table.Tr>
      <Table.Th scope="row">
        {item.title}
        <Text size="xs" c="dimmed">
          {nameOf(item.workspaceId)} · {item.pipeline}
        </Text>
      </Table.Th>
      <Table.Td>
        <StateBadge state={item.state} />
        <Text size="xs" c="dimmed" mt={4}>
          {item.state === 'queued'
            ? t('waitsFor', { time: duration(waitedS, language) })
            : [item.cluster, item.step, `${Math.round(item.percent)} %`].filter(Boolean).join(' · ')}
        </Text>
      </Table.Td>
      <Table.Td className="ops-number">
        {item.priority}
        <Text size="xs" c="dimmed">
          {item.deadline === null ? t('noDeadline') : moment(item.deadline)}
        </Text>
      </Table.Td>
      <Table.Td className="ops-why">
        <Why item={item} />
        <Text size="xs" c="dimmed">
          {policyText(words, item.policy)}
        </Text>
      </Table.Td>
      <Table.Td>{item.estimatedStart === null ? '–' : moment(item.estimatedStart)}</Table.Td>
      <Table.Td>
        <Stack gap={4} align="start">
          <Button
            size="compact-xs"
            variant="default"
            onClick={() => onShow({ kind: 'details', item })}
            aria-label={`${t('details')}: ${item.title}`}
          >
            {t('details')}
          </Button>
          {scopes.has('platform:queue:write') && (
            <Button
              size="compact-xs"
              variant="default"
              onClick={() => onShow({ kind: 'priority', item })}
              aria-label={`${t('reprioritise')}: ${item.title}`}
            >
              {t('reprioritise')}
            </Button>
          )}
        </Stack>
      </Table.Td>
    </Table.Tr>
  );
}

/** The reason, and what was thought of each cluster. */
function Why({ item }: { item: QueueItemView }): JSX.Element {
  const { language } = useOpsWords();
  const { decision } = item;
  if (decision === null) return <Text size="sm">{item.why ?? '–'}</Text>;
  // A run that came back from a cluster says so itself, until the next decision.
  const stale = item.state === 'queued' && decision.kind === 'place';
  return (
    <>
      <Text size="sm">{stale ? (item.why ?? '–') : whyIn(language, decision)}</Text>
      {!stale && decision.kind === 'wait' && (
        <ul className="ops-verdicts">
          {decision.verdicts.map((verdict) => (
            <li key={verdict.cluster}>{verdictIn(language, verdict)}</li>
          ))}
        </ul>
      )}
    </>
  );
}
