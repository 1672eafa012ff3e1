import { Alert, Button, Group, NativeSelect, Paper, Stack, Text, TextInput, Title } from '@mantine/core';
import { useState, type JSX } from 'react';
import type { DeadLetterView, RequeuedManyView } from '@stead/contracts/dispatcher';
import { useSession } from '../../app/session';
import { ConfirmDialog, type Confirmation } from './confirm-dialog';
import { Loading, ProblemAlert } from '../../app/feedback';
import { useOpsWords } from './ops-words';
import { Pager } from '../../app/pager';
import { platform, useAction, useDeadLetters, useWorkspaceNames, useWorkspaces } from './queries';
import { Attempts } from './run-dialog';
import { useFilters } from '../../app/filters';

const FILTERS = ['workspaceId', 'pipeline', 'code'] as const;
const LIMIT = 100;

export function DeadLettersSection(): JSX.Element {
  const { t } = useOpsWords();
  const { scopes } = useSession();
  const filters = useFilters(FILTERS);
  const { data, error } = useDeadLetters(filters.query);
  const [asked, setAsked] = useState<Confirmation | null>(null);
  const [done, setDone] = useState<RequeuedManyView | null>(null);
  const writes = scopes.has('platform:queue:write');
  return (
    <Stack>
      <Title order={3}>{t('deadLetters')}</Title>
      <Filters {...filters} />
      {writes && <Bulk filter={filters.values} onAsk={setAsked} onDone={setDone} />}
      {done !== null && (
        <Alert color="teal" role="status" withCloseButton closeButtonLabel={t('close')} onClose={() => setDone(null)}>
          {t('requeuedMany', { requeued: done.requeued, skipped: done.skipped.length })}
        </Alert>
      )}
      <ProblemAlert error={error} />
      {data === undefined && error === null && <Loading />}
      {data !== undefined && data.items.length === 0 && <Text c="dimmed">{t('nothing')}</Text>}
      {(data?.items ?? []).map((letter) => (
        <Letter key={letter.runId} letter={letter} onAsk={writes ? setAsked : null} />
      ))}
      <Pager cursor={filters.cursor} next={data?.next ?? null} onChange={(cursor) => filters.set('cursor', cursor)} />
      {asked !== null && <ConfirmDialog asked={asked} onClose={() => setAsked(null)} />}
    </Stack>
  );
}

function Filters({ values, set }: Pick<ReturnType<typeof useFilters<(typeof FILTERS)[number]>>, 'values' | 'set'>): JSX.Element {
  const { t } = useOpsWords();
  const workspaces = useWorkspaces();
  return (
    <div className="ops-filters" role="search">
      <NativeSelect
        label={t('workspace')}
        value={values.workspaceId ?? ''}
        onChange={(event) => set('workspaceId', event.currentTarget.value)}
        data={[{ value: '', label: t('all') }, ...workspaces.map(({ id, name }) => ({ value: id, label: name }))]}
      />
      <TextInput
        label={t('pipeline')}
        defaultValue={values.pipeline ?? ''}
        onBlur={(event) => set('pipeline', event.currentTarget.value)}
      />
      <TextInput
        label={t('failureCode')}
        defaultValue={values.code ?? ''}
        onBlur={(event) => set('code', event.currentTarget.value)}
      />
    </div>
  );
}

/** Asks the server first how many it would be, and says so before anything is done. */
function Bulk({
  filter,
  onAsk,
  onDone,
}: {
  filter: Partial<Record<(typeof FILTERS)[number], string>>;
  onAsk: (asked: Confirmation) => void;
  onDone: (done: RequeuedManyView) => void;
}): JSX.Element {
  const { t } = useOpsWords();
  const path = platform('/dead-letters/requeue');
  const count = useAction((client) => client.post<RequeuedManyView>(path, { filter, dryRun: true, limit: LIMIT }));
  const empty = Object.keys(filter).length === 0;
  const ask = ({ matched, more }: RequeuedManyView): void =>
    onAsk({
      title: t('requeueAllTitle', { count: more ? `${matched} (${LIMIT}+)` : matched }),
      text: t('requeueText'),
      button: t('requeue'),
      act: async (client, { reason }) => onDone(await client.post<RequeuedManyView>(path, { filter, limit: LIMIT, reason })),
    });
  return (
    <Group>
      <Button
        variant="default"
        disabled={empty}
        loading={count.isPending}
        onClick={() => count.mutate(undefined, { onSuccess: ask })}
      >
        {t('requeueAll')}
      </Button>
      {empty && (
        <Text size="sm" c="dimmed">
          {t('needFilter')}
        </Text>
      )}
      <ProblemAlert error={count.error} />
    </Group>
  );
}

function Letter({ letter, onAsk }: { letter: DeadLetterView; onAsk: ((asked: Confirmation) => void) | null }): JSX.Element {
  const { t, moment } = useOpsWords();
  const nameOf = useWorkspaceNames();
  const { runId, title, workspaceId, pipeline, failure, finishedAt, attempts, cost } = letter;
  const asked: Confirmation = {
    ...{ title: t('requeueTitle', { title }), text: t('requeueText'), button: t('requeue') },
    act: (client, { reason }) => client.post(platform(`/dead-letters/${runId}/requeue`), { reason }),
  };
  return (
    <Paper withBorder p="md" component="article" aria-label={title}>
      <Group justify="space-between" align="start">
        <div>
          <Title order={4}>{title}</Title>
          <Text size="sm" c="dimmed">
            {[
              nameOf(workspaceId),
              pipeline,
              `${t('finished')} ${moment(finishedAt)}`,
              `${t('costSoFar')} ${cost.toFixed(4)}`,
            ].join(' · ')}
          </Text>
        </div>
        {onAsk !== null && (
          <Button variant="default" onClick={() => onAsk(asked)} aria-label={`${t('requeue')}: ${title}`}>
            {t('requeue')}
          </Button>
        )}
      </Group>
      {failure !== null && (
        <Text size="sm" mt="xs" className="ops-pre">
          <b>{failure.code}</b>
          {failure.step === null ? '' : ` (${failure.step})`}: {failure.detail}
        </Text>
      )}
      <details>
        <summary>
          {t('evidence')} ({attempts.length})
        </summary>
        <Attempts attempts={attempts} />
      </details>
    </Paper>
  );
}
