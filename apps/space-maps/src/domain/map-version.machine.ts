import type { MapVersionState } from '@stead/contracts/space-maps';
import type { TransitionTable } from '@stead/platform/machine';

/** What can happen to a version: its run was queued, started, finished, failed, was cancelled; its owner cancels it, or another one stands in for it. */
export type MapVersionEvent = 'enqueue' | 'start' | 'finish' | 'fail' | 'cancelled' | 'cancel' | 'retire';

/**
 * `cancel` is the owner's wish and moves nothing by itself: the run is told, and `cancelled` comes back from it. A run that
 * returns to its queue after a lost cluster takes its version back to `queued`. So does one that an operator takes out of the dead
 * letters; of one that failed otherwise nothing is ever heard again. `retire` is for what visitors could see, which is a version
 * that succeeded and nothing else.
 */
export const mapVersionTransitions: TransitionTable<MapVersionState, MapVersionEvent> = {
  requested: {
    enqueue: 'queued',
    start: 'running',
    finish: 'succeeded',
    fail: 'failed',
    cancelled: 'cancelled',
    cancel: 'ignore',
    retire: 'reject',
  },
  queued: {
    enqueue: 'ignore',
    start: 'running',
    finish: 'succeeded',
    fail: 'failed',
    cancelled: 'cancelled',
    cancel: 'ignore',
    retire: 'reject',
  },
  running: {
    enqueue: 'queued',
    start: 'ignore',
    finish: 'succeeded',
    fail: 'failed',
    cancelled: 'cancelled',
    cancel: 'ignore',
    retire: 'reject',
  },
  succeeded: {
    enqueue: 'ignore',
    start: 'ignore',
    finish: 'ignore',
    fail: 'ignore',
    cancelled: 'ignore',
    cancel: 'reject',
    retire: 'retired',
  },
  failed: {
    enqueue: 'queued',
    start: 'running',
    finish: 'succeeded',
    fail: 'ignore',
    cancelled: 'cancelled',
    cancel: 'reject',
    retire: 'reject',
  },
  cancelled: {
    enqueue: 'ignore',
    start: 'ignore',
    finish: 'ignore',
    fail: 'ignore',
    cancelled: 'ignore',
    cancel: 'ignore',
    retire: 'reject',
  },
  retired: {
    enqueue: 'ignore',
    start: 'ignore',
    finish: 'ignore',
    fail: 'ignore',
    cancelled: 'ignore',
    cancel: 'reject',
    retire: 'ignore',
  },
};

export const FINAL_STATES: ReadonlySet<MapVersionState> = new Set(['succeeded', 'failed', 'cancelled', 'retired']);
