import type { AttemptState, RunState } from '@stead/contracts/dispatcher';
import { isLive } from './attempt.machine';
import type { ReplicationState } from './replication.machine';

/** The store that every service uses; clusters without a store of their own use it too. */
export const PRIMARY_STORE = 'primary';

/** Of what the steps of a run read: its capture, and what earlier attempts have finished. */
export const INPUTS = 'inputs';

/** What an attempt left: records of finished steps with their files, its bundle, failures and logs. */
export function outputsOf(epoch: number): string {
  return `e${epoch}`;
}

/** Null for inputs. */
export function epochOf(what: string): number | null {
  return what === INPUTS ? null : Number(what.slice(1));
}

/** Objects of one run that have to lie in another store as well. */
export interface Replication {
  workspaceId: string;
  runId: string;
  /** `INPUTS`, or `outputsOf` an epoch. */
  what: string;
  from: string;
  to: string;
  captureId: string;
  state: ReplicationState;
  revision: number;
  /** Inputs: the attempt that they were looked together for; 0 before there is one. */
  forEpoch: number;
  /** Inputs: wanted before the run has a place. */
  ahead: boolean;
  /** Outputs: how many finished steps were known when they were looked together. */
  steps: number;
  /** Outputs: looked together after the attempt had ended, so nothing can be missing. */
  complete: boolean;
  objectsTotal: number;
  objectsDone: number;
  bytesTotal: number;
  bytesDone: number;
  /** Of `bytesDone`, what was not there when the stores were last looked over. */
  bytesCopied: number;
  /** Tries that a silent store has ended since the last one that went well. */
  failures: number;
  notBefore: Date | null;
  detail: string | null;
  plannedAt: Date;
  startedAt: Date | null;
  finishedAt: Date | null;
}

/** An open replication with what decides whether anybody still needs it. */
export interface OpenReplication extends Replication {
  runState: RunState;
  /** Of the run's latest attempt. */
  runEpoch: number;
  publishedEpoch: number | null;
  isPurged: boolean;
  /** Inputs: of the run's latest attempt. Outputs: of the attempt that made them. Null where there is none. */
  attemptState: AttemptState | null;
  attemptCluster: string | null;
  /** Something was sent to the cluster, or may have been. */
  attemptIntended: boolean;
  finishedSteps: number;
}

/** `copy`: there is something to do. `wait`: there will be. `abandon`: whoever wanted it has gone. */
export type NextStep = 'copy' | 'wait' | 'abandon';

/** What to do about an open replication; `storeOf` a cluster. */
export function nextStepOf(open: OpenReplication, storeOf: (cluster: string) => string): NextStep {
  if (open.isPurged || open.runState === 'cancelled') return 'abandon';
  return open.what === INPUTS ? nextOfInputs(open, storeOf) : nextOfOutputs(open);
}

function nextOfInputs(open: OpenReplication, storeOf: (cluster: string) => string): NextStep {
  if (open.runState === 'queued') return open.ahead ? 'copy' : 'abandon';
  const waitsForThem = open.attemptState === 'reserved' && storeOf(open.attemptCluster ?? '') === open.to;
  return open.runState === 'dispatching' && waitsForThem ? 'copy' : 'abandon';
}

function nextOfOutputs(open: OpenReplication): NextStep {
  // The map is made: what other attempts left would only cost.
  if (open.runState === 'succeeded' && open.publishedEpoch !== epochOf(open.what)) return 'abandon';
  if (open.attemptState === null) return 'abandon';
  if (isLive(open.attemptState)) return open.finishedSteps > open.steps ? 'copy' : 'wait';
  return open.attemptIntended ? 'copy' : 'abandon';
}

/** As people read it: "Copies its inputs to cloud (1.2 of 3.4 GB)." */
export function explainCopying({ to, bytesDone, bytesTotal, detail }: Replication): string {
  const amount = bytesTotal === 0 ? '' : ` (${amountOf(bytesDone, bytesTotal)})`;
  return `Copies its inputs to ${to}${amount}${detail === null ? '' : `; ${detail}`}.`;
}

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

/** Both in the unit of the whole: `0.4 of 3.4 GB`. */
function amountOf(done: number, total: number): string {
  const power = Math.min(UNITS.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, total)) / 3)));
  const scaled = (bytes: number): string => (bytes / 1000 ** power).toFixed(power === 0 ? 0 : 1);
  return `${scaled(done)} of ${scaled(total)} ${UNITS[power] ?? ''}`;
}
