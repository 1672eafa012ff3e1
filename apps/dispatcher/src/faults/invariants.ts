import type { AttemptState, RunState } from '@stead/contracts/dispatcher';
import type { TransitionTable } from '@stead/platform/machine';
import { SPEC_HASH_ANNOTATION, RUN_LABEL } from '../domain/run';
import { attemptTransitions, isLive } from '../domain/attempt.machine';
import { isFinal, runTransitions } from '../domain/run.machine';
import type { Change, History } from './history';

/** What a cluster really has, read past the dispatcher. */
export interface WorkflowThere {
  cluster: string;
  name: string;
  uid: string;
  labels: Readonly<Record<string, string>>;
  annotations: Readonly<Record<string, string>>;
}

export interface Violation {
  invariant: 'lost' | 'I1' | 'I2' | 'I3' | 'I4' | 'I5' | 'I6';
  what: string;
}

export interface Examined {
  history: History;
  /** Runs whose acceptance was acknowledged. */
  acknowledged: readonly string[];
  /** Every workflow of every cluster. */
  workflows: readonly WorkflowThere[];
  /** Runs that each cluster may hold at a time, the tenth that may be on its way included. Clusters left out are not looked at. */
  slotsMax: Readonly<Record<string, number>>;
  /** Names what was spent beyond what was allowed. Asked where money is limited. */
  overspent?: (history: History) => Promise<string[]>;
}

interface RunFacts {
  id: string;
  state: RunState;
  epoch: number;
  publishedEpoch: number | null;
  announcedSucceeded: number;
}
interface AttemptFacts {
  id: string;
  runId: string;
  epoch: number;
  state: AttemptState;
  outcome: string | null;
  workflow: string;
  uid: string | null;
  specHash: string | null;
  intentAt: Date | null;
  createdAt: Date | null;
  hasManifest: boolean;
}

/**
 * What holds at every moment, whatever was done to the dispatcher, its clusters and its stores; read from Postgres and from the
 * clusters themselves. Empty when all of it holds.
 *
 *   lost  every acknowledged run is there
 *   I1    a run has one current epoch, the highest of its attempts, and never more than one attempt that may run
 *   I2    only an attempt that is done, with a success, is published; each run at most once
 *   I3    no workflow without an intent that was committed before, and one workflow for each epoch
 *   I4    what is reserved on a cluster never exceeds what it has room for
 *   I5    what is over stays over, but for a dead letter that somebody sent back; everything moves only as its table says
 *   I6    no more is spent than was allowed
 */
export async function violations(examined: Examined): Promise<Violation[]> {
  const { history } = examined;
  const [changes, runs, attempts, revivals] = await Promise.all([
    history.changes(),
    runsOf(history),
    attemptsOf(history),
    revivalsOf(history),
  ]);
  return [
    ...lost(examined.acknowledged, runs),
    ...oneEpoch(runs, attempts, changes),
    ...onePublication(runs, attempts, changes),
    ...intentFirst(attempts, examined.workflows),
    ...withinRoom(changes, examined.slotsMax),
    ...asTheTablesSay(changes, revivals),
    ...(await (examined.overspent?.(history) ?? [])).map((what): Violation => ({ invariant: 'I6', what })),
  ];
}

function lost(acknowledged: readonly string[], runs: readonly RunFacts[]): Violation[] {
  const there = new Set(runs.map((run) => run.id));
  return acknowledged.filter((id) => !there.has(id)).map((id) => ({ invariant: 'lost', what: `run ${id} was acknowledged` }));
}

function oneEpoch(runs: readonly RunFacts[], attempts: readonly AttemptFacts[], changes: readonly Change[]): Violation[] {
  const found: Violation[] = [];
  const epochs = groupBy(attempts, (attempt) => attempt.runId);
  for (const { id, epoch } of runs) {
    const known = (epochs.get(id) ?? []).map((attempt) => attempt.epoch).sort((a, b) => a - b);
    if (known.length !== epoch || known.some((one, index) => one !== index + 1))
      found.push({ invariant: 'I1', what: `run ${id} is at epoch ${epoch} and has attempts of ${known.join(', ')}` });
  }
  const live = new Map<string, Set<number>>();
  for (const change of changes) {
    if (change.entity !== 'attempt') continue;
    const now = live.get(change.runId) ?? new Set();
    if (isLive(change.to)) now.add(change.epoch);
    else now.delete(change.epoch);
    live.set(change.runId, now);
    if (now.size > 1) found.push({ invariant: 'I1', what: `run ${change.runId} had attempts ${[...now].join(', ')} at a time` });
  }
  return found;
}

function onePublication(runs: readonly RunFacts[], attempts: readonly AttemptFacts[], changes: readonly Change[]): Violation[] {
  const found: Violation[] = [];
  const successes = groupBy(
    changes.filter(({ entity, to }) => entity === 'run' && to === 'succeeded'),
    (change) => change.runId,
  );
  for (const { id, state, publishedEpoch, announcedSucceeded } of runs) {
    const times = successes.get(id)?.length ?? 0;
    if (times > 1 || announcedSucceeded > 1) found.push({ invariant: 'I2', what: `run ${id} was published ${times} times` });
    if ((state === 'succeeded') !== (publishedEpoch !== null))
      found.push({ invariant: 'I2', what: `run ${id} is ${state} with published epoch ${String(publishedEpoch)}` });
    if (publishedEpoch === null) continue;
    const source = attempts.find((attempt) => attempt.runId === id && attempt.epoch === publishedEpoch);
    if (source?.state !== 'done' || source.outcome !== 'succeeded')
      found.push({
        invariant: 'I2',
        what: `run ${id} published epoch ${publishedEpoch}, which is ${source?.state ?? 'unknown'}`,
      });
  }
  return found;
}

function intentFirst(attempts: readonly AttemptFacts[], workflows: readonly WorkflowThere[]): Violation[] {
  const found: Violation[] = [];
  const byName = new Map(attempts.map((attempt) => [attempt.workflow, attempt]));
  const ours = workflows.filter(({ labels }) => RUN_LABEL.run in labels);
  for (const [name, twins] of groupBy(ours, (workflow) => workflow.name)) {
    const attempt = byName.get(name);
    if (twins.length > 1)
      found.push({ invariant: 'I3', what: `${name} is on ${twins.map((twin) => twin.cluster).join(' and ')}` });
    for (const { cluster, uid, labels, annotations } of twins) {
      if (attempt === undefined || labels[RUN_LABEL.attempt] !== attempt.id) {
        found.push({ invariant: 'I3', what: `${name} on ${cluster} belongs to no attempt` });
        continue;
      }
      if (attempt.intentAt === null || !attempt.hasManifest)
        found.push({ invariant: 'I3', what: `${name} on ${cluster} was posted without an intent` });
      if (annotations[SPEC_HASH_ANNOTATION] !== attempt.specHash)
        found.push({ invariant: 'I3', what: `${name} on ${cluster} is not what was intended` });
      if (attempt.uid !== null && attempt.uid !== uid)
        found.push({ invariant: 'I3', what: `${name} on ${cluster} was made twice: ${attempt.uid} and ${uid}` });
    }
  }
  const late = attempts.filter(({ intentAt, createdAt }) => createdAt !== null && (intentAt === null || intentAt > createdAt));
  for (const { workflow } of late) found.push({ invariant: 'I3', what: `${workflow} was created before its intent` });
  return found;
}

function withinRoom(changes: readonly Change[], slotsMax: Readonly<Record<string, number>>): Violation[] {
  const most = new Map<string, number>();
  const live = new Map<string, Set<string>>();
  for (const change of changes) {
    if (change.entity !== 'attempt' || change.cluster === null) continue;
    const now = live.get(change.cluster) ?? new Set();
    if (isLive(change.to)) now.add(change.id);
    else now.delete(change.id);
    live.set(change.cluster, now);
    most.set(change.cluster, Math.max(most.get(change.cluster) ?? 0, now.size));
  }
  return [...most]
    .filter(([cluster, count]) => count > (slotsMax[cluster] ?? Infinity))
    .map(([cluster, count]) => ({ invariant: 'I4', what: `${cluster} held ${count} attempts at a time` }));
}

function asTheTablesSay(changes: readonly Change[], revivals: ReadonlyMap<string, number>): Violation[] {
  const found: Violation[] = [];
  const left = new Map(revivals);
  for (const change of changes) {
    const { entity, id, from, to } = change;
    if (from === null) continue;
    const known =
      change.entity === 'run'
        ? leadsTo(runTransitions, change.from, change.to)
        : leadsTo(attemptTransitions, change.from, change.to);
    const wasOver = change.entity === 'run' && change.from !== null && isFinal(change.from);
    const asked = from === 'dead-letter' && to === 'queued' ? (left.get(id) ?? 0) : 0;
    if (asked > 0) left.set(id, asked - 1);
    if (!known || (wasOver && asked === 0)) found.push({ invariant: 'I5', what: `${entity} ${id} went from ${from} to ${to}` });
  }
  return found;
}

function leadsTo<S extends string>(table: TransitionTable<S, string>, from: S | null, to: S): boolean {
  return from !== null && Object.values(table[from]).includes(to);
}

/** How often somebody has sent each run back after it was given up, by the record of who did what. */
async function revivalsOf(history: History): Promise<ReadonlyMap<string, number>> {
  const rows = await history.query<{ id: string; count: number }>(
    `SELECT subject AS id, count(*)::int AS count FROM dispatcher.audit WHERE action = 'run.requeue' GROUP BY subject`,
  );
  return new Map(rows.map(({ id, count }) => [id, count]));
}

async function runsOf(history: History): Promise<RunFacts[]> {
  return history.query<RunFacts>(
    `SELECT r.id, r.state, r.epoch, r.published_epoch AS "publishedEpoch", coalesce(o.count, 0)::int AS "announcedSucceeded"
     FROM dispatcher.run r LEFT JOIN (
       SELECT payload->>'runId' AS run_id, count(*) FROM dispatcher.outbox
       WHERE message = 'run.changed.v1' AND payload->>'state' = 'succeeded' GROUP BY 1
     ) o ON o.run_id = r.id::text`,
  );
}

async function attemptsOf(history: History): Promise<AttemptFacts[]> {
  return history.query<AttemptFacts>(
    `SELECT id, run_id AS "runId", epoch, state, outcome, workflow, uid, spec_hash AS "specHash", intent_at AS "intentAt",
       created_at AS "createdAt", manifest IS NOT NULL AS "hasManifest" FROM dispatcher.attempt`,
  );
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
}
