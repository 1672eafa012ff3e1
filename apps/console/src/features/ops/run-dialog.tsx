import { Alert, Button, Code, Group, Modal, Stack, Table, Text, Title } from '@mantine/core';
import type { JSX } from 'react';
import type { DecisionReplayView, LoggedDecisionView, QueueDetailView } from '@stead/contracts/dispatcher';
import { Loading, ProblemAlert } from '../../app/feedback';
import { Working } from './feedback';
import { useOpsWords } from './ops-words';
import { platform, useAction, useQueueDetail, useWorkspaceNames } from './queries';
import { verdictIn, whyIn } from '../../app/reasons';
import { StateBadge, policyText } from './states';

/** All that is known of one run: its attempts as evidence, its decisions, each of which can be planned again. */
export function RunDialog({ runId, onClose }: { runId: string; onClose: () => void }): JSX.Element {
  const { t } = useOpsWords();
  const { data, error } = useQueueDetail(runId);
  return (
    <Modal opened onClose={onClose} size="xl" title={data?.title ?? t('run')} closeButtonProps={{ 'aria-label': t('close') }}>
      <ProblemAlert error={error} />
      {data === undefined ? error === null && <Loading /> : <Details run={data} />}
    </Modal>
  );
}

function Details({ run }: { run: QueueDetailView }): JSX.Element {
  const words = useOpsWords();
  const { t, moment, language } = words;
  const nameOf = useWorkspaceNames();
  const from = { run: 'fromRun', workspace: 'fromWorkspace', default: 'fromDefault' } as const;
  const facts: [string, string][] = [
    [t('workspace'), nameOf(run.workspaceId)],
    [t('pipeline'), `${run.pipeline} / ${run.entrypoint}`],
    [t('priority'), String(run.priority)],
    [t('deadline'), run.deadline === null ? t('noDeadline') : moment(run.deadline)],
    [t('latestStart'), moment(run.latestStart)],
    [t('begins'), run.estimatedStart === null ? '–' : moment(run.estimatedStart)],
    [t('policy'), `${policyText(words, run.policy)} (${t(from[run.policyFrom])})`],
    [t('run'), run.runId],
  ];
  return (
    <Stack>
      <Group>
        <StateBadge state={run.state} />
        <Text size="sm">
          {run.decision === null || run.why === null
            ? (run.why ?? '')
            : language === 'ko' && run.why === run.decision.why
              ? whyIn(language, run.decision)
              : run.why}
        </Text>
      </Group>
      <dl className="ops-facts">
        {facts.map(([term, value]) => (
          <div key={term} style={{ display: 'contents' }}>
            <dt>{term}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {run.failure !== null && (
        <Alert color="red" title={run.failure.code}>
          {[run.failure.detail, ...run.failure.advice].join(' ')}
        </Alert>
      )}
      <Attempts attempts={run.attempts} />
      <section aria-label={t('decisions')}>
        <Title order={4} mb="xs">
          {t('decisions')}
        </Title>
        {run.decisions.length === 0 && <Text c="dimmed">{t('nothing')}</Text>}
        <ol className="plain-list">
          {run.decisions.map((decision) => (
            <Decision key={decision.seq} runId={run.runId} decision={decision} />
          ))}
        </ol>
      </section>
    </Stack>
  );
}

export function Attempts({ attempts }: { attempts: QueueDetailView['attempts'] }): JSX.Element | null {
  const { t, moment } = useOpsWords();
  if (attempts.length === 0) return null;
  return (
    <section aria-label={t('attempts')}>
      <Title order={4} mb="xs">
        {t('attempts')}
      </Title>
      <div className="ops-scroll" tabIndex={0} role="region" aria-label={t('attempts')}>
        <Table withTableBorder>
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">{t('epoch')}</Table.Th>
              <Table.Th scope="col">{t('cluster')}</Table.Th>
              <Table.Th scope="col">{t('state')}</Table.Th>
              <Table.Th scope="col">{t('when')}</Table.Th>
              <Table.Th scope="col">{t('costSoFar')}</Table.Th>
              <Table.Th scope="col">{t('evidence')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {attempts.map((attempt) => (
              <Table.Tr key={attempt.epoch}>
                <Table.Th scope="row">{attempt.epoch}</Table.Th>
                <Table.Td>{attempt.cluster}</Table.Td>
                <Table.Td>{[attempt.state, attempt.outcome].filter(Boolean).join(' · ')}</Table.Td>
                <Table.Td>{moment(attempt.createdAt)}</Table.Td>
                <Table.Td className="ops-number">{attempt.cost.toFixed(4)}</Table.Td>
                <Table.Td className="ops-pre">{attempt.message ?? '–'}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </div>
    </section>
  );
}

function Decision({ runId, decision }: { runId: string; decision: LoggedDecisionView }): JSX.Element {
  const { t, moment, language } = useOpsWords();
  const replay = useAction((client) => client.get<DecisionReplayView>(platform(`/decisions/${runId}/${decision.seq}/replay`)));
  return (
    <li>
      <Group justify="space-between" align="start" wrap="nowrap">
        <div>
          <Text size="sm">
            <time dateTime={decision.at}>{moment(decision.at)}</time> — {whyIn(language, decision)}
          </Text>
          <ul className="ops-verdicts">
            {decision.verdicts.map((verdict) => (
              <li key={verdict.cluster}>
                {verdictIn(language, verdict)}
                {Object.keys(verdict.inputs).length > 0 && (
                  <Text span size="xs" c="dimmed">
                    {' '}
                    (
                    {Object.entries(verdict.inputs)
                      .map(([name, value]) => `${name} ${String(value)}`)
                      .join(', ')}
                    )
                  </Text>
                )}
              </li>
            ))}
          </ul>
        </div>
        {decision.cycleId !== null && (
          <Button size="compact-xs" variant="default" onClick={() => replay.mutate(undefined)} disabled={replay.isPending}>
            {t('replay')}
          </Button>
        )}
      </Group>
      {replay.isPending && <Working what={t('replay')} />}
      <ProblemAlert error={replay.error} />
      {replay.data !== undefined && <Replayed replay={replay.data} />}
    </li>
  );
}

function Replayed({ replay }: { replay: DecisionReplayView }): JSX.Element {
  const { t } = useOpsWords();
  const word = replay.again === null ? 'replayAbsent' : replay.same ? 'replaySame' : 'replayDifferent';
  return (
    <Alert color={replay.same ? 'teal' : 'orange'} title={`${replay.same ? '✓' : '≠'} ${t(word)}`} role="status">
      {replay.differences.map(({ path, stored, again }) => (
        <Code block key={path}>{`${path}: ${stored} → ${again}`}</Code>
      ))}
    </Alert>
  );
}
