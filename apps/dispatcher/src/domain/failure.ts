import type { RunFailure } from '@stead/contracts/dispatcher';
import { EXIT, type StepFailure } from '@stead/contracts/pipeline';
import type { Policy } from './policy';
import type { StepStatus } from './step-progress';

export interface FailedWorkflow {
  message: string | null;
  steps: readonly StepStatus[];
  /** What failed steps wrote about themselves. */
  records: readonly StepFailure[];
  /** Machines that went down under it, each time that one did. */
  deaths?: readonly NodeDeath[];
}

/** `alone`: nothing else of a workflow was on it, and no other machine there went down with it. */
export interface NodeDeath {
  node: string;
  alone: boolean;
}

/**
 * `final`: the run's own fault, never tried again. `retry`: a machine, a network or a program failed. A failure with a
 * `poison` signature points at the run, or at the cluster for as long as nobody mends it: it is tried elsewhere, and not for ever.
 */
export type FailureClass =
  { kind: 'final'; failure: RunFailure } | { kind: 'retry'; failure: RunFailure; signature: string; poison: boolean };

/** What the failure of a workflow means. The step's own words come first, then its exit code, then the controller's message. */
export function classifyFailure({ message, steps, records, deaths = [] }: FailedWorkflow): FailureClass {
  const failed = steps.filter((step) => step.state === 'failed');
  const byExit = (code: number): StepStatus | undefined => failed.find((step) => step.exitCode === code);
  const own = records.find((record) => record.kind === 'user' || record.kind === 'data') ?? records[0];
  if (own !== undefined) return ofRecord(own);
  const user = byExit(EXIT.user);
  if (user !== undefined)
    return {
      kind: 'final',
      failure: failure('user', 'step-refused-capture', user.name, words(user, 'The step cannot work with this capture')),
    };
  const data = byExit(EXIT.data);
  if (data !== undefined)
    return {
      kind: 'final',
      failure: failure('data', 'step-found-damage', data.name, words(data, 'The step found damaged data')),
    };
  const [first] = failed;
  const killed = nodeKiller(deaths);
  if (killed !== null) return killed;
  if (first === undefined) {
    return retry(failure('infrastructure', 'workflow-ended', null, message ?? 'The workflow ended without a failed step'), false);
  }
  if (OUT_OF_MEMORY_WORDS.test(first.message ?? '')) {
    return retry(failure('infrastructure', OUT_OF_MEMORY, first.name, words(first, 'The step ran out of memory')), true);
  }
  if (first.machineError || first.exitCode === null) {
    return retry(failure('infrastructure', 'pod-lost', first.name, words(first, 'The pod went without an exit code')), false);
  }
  if (first.exitCode === EXIT.infrastructure) {
    return retry(
      failure('infrastructure', 'step-infrastructure', first.name, words(first, 'A store, disk or tool failed')),
      false,
    );
  }
  if (first.exitCode > 128) {
    const signal = first.exitCode - 128;
    return retry(
      failure('infrastructure', `step-killed-${signal}`, first.name, words(first, `The step was killed by signal ${signal}`)),
      true,
    );
  }
  return retry(
    failure('bug', `step-exit-${first.exitCode}`, first.name, words(first, `The step ended with exit code ${first.exitCode}`)),
    true,
  );
}

/** The kubelet's reason for a container beyond its limit, and its words for a pod that a full node evicted. */
const OUT_OF_MEMORY_WORDS = /OOMKilled|low on resource: memory/;

/** A step was ended because it asked for more memory than it had. */
export const OUT_OF_MEMORY = 'step-out-of-memory';

/** A step gets half as much again, once. */
const GROWTH = 1.5;

/** What a step that ran out of memory gets the next time; null when it had its chance already, or nobody knows what it had. */
export function grownMemory(
  { code, step }: Pick<RunFailure, 'code' | 'step'>,
  given: Readonly<Record<string, number>>,
  hadBytes: number | undefined,
): Readonly<Record<string, number>> | null {
  if (code !== OUT_OF_MEMORY || step === null || given[step] !== undefined || hadBytes === undefined) return null;
  return { ...given, [step]: Math.ceil(hadBytes * GROWTH) };
}

const NODE_LOST = 'workflow:node-lost';
const NODE_LOST_ALONE = 'workflow:node-lost-alone';
const NODES_LOST = 'workflow:nodes-lost';

/**
 * What machines that went down say of the run that was on them; null when none did. Every run that was on such a machine is tried
 * elsewhere, and none is condemned for that alone.
 */
export function nodeKiller(deaths: readonly NodeDeath[]): FailureClass | null {
  const last = deaths.at(-1);
  if (last === undefined) return null;
  const signature = !deaths.some(({ alone }) => alone) ? NODE_LOST : deaths.length > 1 ? NODES_LOST : NODE_LOST_ALONE;
  const detail = `The node ${[...new Set(deaths.map(({ node }) => node))].join(', then ')} went down under it`;
  const found: RunFailure = {
    ...failure('infrastructure', 'node-lost', null, detail),
    advice: ["Look at the kernel's log of the nodes that its attempts name before you start it again."],
  };
  return { kind: 'retry', failure: found, signature, poison: true };
}

/**
 * True when another try would only repeat what happened: the same signature on two clusters, or too often on one; or two machines
 * that went down under it, one of them with nothing else on it, since whoever runs beside such a run loses machines, too.
 */
export function isPoisoned(
  signature: string,
  cluster: string,
  earlier: readonly { cluster: string; signature: string | null }[],
  policy: Policy,
): boolean {
  const lostNodes = [signature, ...earlier.map((attempt) => attempt.signature)].filter(isNodeLost);
  if (isNodeLost(signature)) return signature === NODES_LOST || (lostNodes.length > 1 && lostNodes.includes(NODE_LOST_ALONE));
  const same = earlier.filter((attempt) => attempt.signature === signature);
  return same.some((attempt) => attempt.cluster !== cluster) || same.length + 1 >= policy.sameFailureMax;
}

function isNodeLost(signature: string | null): boolean {
  return signature === NODE_LOST || signature === NODE_LOST_ALONE || signature === NODES_LOST;
}

/** The last word on a run whose retries did not help. */
export function deadLetter(last: RunFailure, tries: number): RunFailure {
  const advice = [...last.advice, 'Look at the logs of the step in its last attempts before you start it again.'];
  return { ...last, detail: `${last.detail} (given up after ${tries} attempts)`, advice };
}

function ofRecord({ kind, code, step, detail, advice }: StepFailure): FailureClass {
  const found: RunFailure = { kind, code, step, detail, advice };
  return kind === 'user' || kind === 'data'
    ? { kind: 'final', failure: found }
    : retry(found, kind === 'bug' || kind === 'installation');
}

function retry(found: RunFailure, poison: boolean): FailureClass {
  return { kind: 'retry', failure: found, signature: `${found.step ?? 'workflow'}:${found.code}`, poison };
}

function failure(kind: RunFailure['kind'], code: string, step: string | null, detail: string): RunFailure {
  return { kind, code, step, detail, advice: [] };
}

function words(step: StepStatus, otherwise: string): string {
  return step.message === null || step.message === '' ? otherwise : `${otherwise}: ${step.message}`;
}
