import { Alert, Anchor, Button, Code, Group, Progress, Stack, Text, Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useState, type JSX } from 'react';
import { isMissing, useNews } from '../../../app/api';
import { duration } from '../../../app/duration';
import { Loading, ProblemAlert } from '../../../app/feedback';
import { whyIn } from '../../../app/reasons';
import { useSession } from '../../../app/session';
import { moneyText, sizeText } from '../figures';
import { RunBadge, isOver } from '../map-states';
import { useMapWords } from '../map-words';
import { QualityCard } from '../quality-card';
import {
  MAPS,
  RUNS,
  isOfMaps,
  isOfRuns,
  useDecisions,
  useMapOfRun,
  useRun,
  type Decision,
  type Run,
  type SpaceMap,
} from '../queries';
import { Refused } from '../refused';
import { CancelDialog, RetryDialog } from '../run-dialogs';
import { DecisionsSection } from './decisions-section';
import { FilesSection } from './files-section';
import { Gantt } from './gantt';
import { LogSection } from './log-section';
import { AttemptsTable, CopiesTable, StepsTable } from './run-tables';

/** How a map is built: where, why there, how far, for how much, and what its steps say. */
export function RunPage({ runId }: { runId: string }): JSX.Element {
  const { t } = useMapWords();
  const { scopes } = useSession();
  useNews([RUNS], isOfRuns);
  useNews([MAPS], isOfMaps);
  const run = useRun(runId);
  const map = useMapOfRun(runId, scopes.has('space-maps:read'));
  const decisions = useDecisions(runId, run.data !== undefined);
  if (!scopes.has('runs:read')) return <Refused scope="runs:read" />;
  // A map knows its run before the dispatcher has heard of it.
  const isExpected = isMissing(run.error) && map.data !== undefined && map.data !== null;
  return (
    <Stack>
      <Group gap="md">
        <Anchor size="sm" renderRoot={(props) => <Link {...props} to="/" />}>
          {t('allMaps')}
        </Anchor>
        {map.data !== undefined && map.data !== null && <ToMap map={map.data} />}
      </Group>
      {isExpected ? (
        <Text role="status">{t('runNotYet')}</Text>
      ) : isMissing(run.error) ? (
        <Alert color="yellow">{t('noRun')}</Alert>
      ) : (
        <ProblemAlert error={run.error} />
      )}
      {run.data === undefined ? (
        (run.error === null || isExpected) && <Loading />
      ) : (
        <Shown run={run.data} map={map.data ?? null} nowMs={run.dataUpdatedAt} decision={decisions.data?.items[0]}>
          <DecisionsSection decisions={decisions.data?.items} error={decisions.error} />
        </Shown>
      )}
    </Stack>
  );
}

function ToMap({ map: { id, name } }: { map: SpaceMap }): JSX.Element {
  const { t } = useMapWords();
  return (
    <Anchor size="sm" renderRoot={(props) => <Link {...props} to="/maps/$mapId" params={{ mapId: id }} />}>
      {t('toMap')}: {name}
    </Anchor>
  );
}

function Shown({
  run,
  map,
  nowMs,
  decision,
  children,
}: {
  run: Run;
  map: SpaceMap | null;
  nowMs: number;
  decision: Decision | undefined;
  children: JSX.Element;
}): JSX.Element {
  const { t, language } = useMapWords();
  const { state, failure } = run;
  return (
    <>
      <Group justify="space-between" align="start">
        <Title order={2} className="maps-title">
          {t('runTitle', { title: run.title })}
        </Title>
        <RunBadge state={state} />
      </Group>
      <div>
        <Progress
          size="lg"
          value={run.percent}
          aria-label={t('progress', { title: run.title })}
          color={state === 'failed' || state === 'dead-letter' ? 'red' : undefined}
        />
        <Text size="sm" mt={4} role="status">
          {factsOf(run, t, language).join(' · ')}
        </Text>
        {run.why !== null && (
          <Text size="sm" c="dimmed">
            {decision !== undefined && decision.why === run.why ? whyIn(language, decision) : run.why}
          </Text>
        )}
      </div>
      {failure !== null && (
        <Alert color="red" title={`${t('failure')}: ${failure.detail}`}>
          {failure.advice.join(' ')} <Code>{failure.code}</Code>
        </Alert>
      )}
      <Actions run={run} map={map} />
      <Gantt run={run} nowMs={nowMs} />
      <StepsTable steps={run.steps} />
      <AttemptsTable attempts={run.attempts} />
      {children}
      <CopiesTable replication={run.replication} />
      <Result run={run} />
      <LogSection run={run} />
    </>
  );
}

function factsOf(run: Run, t: ReturnType<typeof useMapWords>['t'], language: string): string[] {
  const { state, step, percent, etaS, cluster, costSoFar, startedAt, finishedAt } = run;
  const took = startedAt === null || finishedAt === null ? null : (Date.parse(finishedAt) - Date.parse(startedAt)) / 1000;
  return [
    ...(step === null || isOver(state) ? [] : [step]),
    `${Math.round(percent)} %`,
    ...(etaS === null || isOver(state) ? [] : [t('left', { time: duration(etaS, language) })]),
    ...(cluster === null ? [] : [cluster]),
    ...(took === null ? [] : [duration(took, language)]),
    t('costSoFar', { cost: moneyText(costSoFar, language) }),
  ];
}

function Actions({ run, map }: { run: Run; map: SpaceMap | null }): JSX.Element | null {
  const { t } = useMapWords();
  const { scopes } = useSession();
  const [asked, setAsked] = useState<'cancel' | 'retry' | null>(null);
  const close = (): void => setAsked(null);
  const over = isOver(run.state);
  const canCancel = !over && scopes.has('runs:write');
  const canRetry = over && map !== null && scopes.has('space-maps:write');
  if (!canCancel && !canRetry) return null;
  return (
    <Group>
      {canCancel && (
        <Button variant="default" onClick={() => setAsked('cancel')}>
          {t('cancelRun')}
        </Button>
      )}
      {canRetry && (
        <Button variant="default" onClick={() => setAsked('retry')}>
          {t('retry')}
        </Button>
      )}
      {asked === 'cancel' && <CancelDialog runId={run.id} onClose={close} />}
      {asked === 'retry' && map !== null && <RetryDialog spaceMapId={map.id} runId={run.id} onClose={close} />}
    </Group>
  );
}

function Result({ run: { id, result } }: { run: Run }): JSX.Element {
  const { t, language } = useMapWords();
  return (
    <section aria-labelledby="result-title">
      <Title order={3} size="h4" id="result-title" mb="xs">
        {t('artifacts')}
      </Title>
      {result === null ? (
        <Text c="dimmed">{t('artifactsNone')}</Text>
      ) : (
        <Stack gap="xs">
          <dl className="maps-facts">
            <dt>{t('bundle')}</dt>
            <dd>
              <Code>{result.bundlePrefix}</Code> ({sizeText(result.bytes, language)})
            </dd>
            <dt>{t('manifest')}</dt>
            <dd>
              <Code>{result.manifestSha256}</Code>
            </dd>
          </dl>
          <QualityCard quality={result.quality} bytes={null} />
          <FilesSection runId={id} />
        </Stack>
      )}
    </section>
  );
}
