import { isLive } from '../../domain/attempt.machine';
import { isFinal } from '../../domain/run.machine';
import { messageOf } from './messages';
import { arrive, goOn, round } from './play';
import type { World } from './world';

/** Short at first, so that what has only to be looked at again is; long later, for grace, exclusions and growing waits. */
const WAITS_MS = [0, 2_000, 2_000, 5_000, 12_000, 12_000, 30_000] as const;
const WAIT_MS = 30_000;
/** Two rounds take any workflow to its end, and between them it is seen under way. */
const STEPS_A_ROUND = 3;
/** Twelve hours of simulated time would not be enough: this is where somebody waits for ever. */
const ROUNDS_MAX = 240;

/**
 * Everything is mended, and nothing goes wrong any more. Then what was acknowledged has to come to its end, nothing may be left
 * over, and it has to be said to everybody exactly once.
 */
export async function mend(world: World): Promise<void> {
  world.onEvent?.(`${(world.time.ms / 1000).toFixed(1)} s  everything is mended`);
  world.databaseFault = null;
  world.storeAnswers = true;
  for (const cluster of world.clusters) {
    cluster.faults.length = 0;
    cluster.controllerIsDown = false;
    cluster.crowded(0);
    world.reach(cluster, 'well', false);
  }
  // Pods of runs that are wanted end by themselves; those that nobody wants any more go on until somebody ends them.
  for (const cluster of world.clusters)
    for (const workflow of cluster.workflows.values()) {
      const run = world.database.runs.rows.get(workflow.params?.runId ?? '');
      workflow.hangs = run === undefined || isFinal(run.state);
    }
  // What a message speaks of was requested, if by a message that is slower.
  for (const { runId } of [...world.handlers.messages]) {
    if (world.requested.has(runId)) continue;
    world.requested.add(runId);
    world.handlers.messages.push(messageOf('request', runId));
  }
  world.wake();
  await world.baton.resumeAll();
  for (let rounds = 0; !isQuiet(world); rounds += 1) {
    if (rounds > ROUNDS_MAX) {
      world.watcher.finish(world.requested);
      throw new Error('not quiet, and nothing is left over');
    }
    for (const message of world.handlers.messages) await world.handlers.deliver(message, 10_000);
    if (rounds === 3) for (const cluster of world.clusters) while (cluster.onTheWay.length > 0) arrive(cluster, 0);
    world.wait(WAITS_MS[rounds] ?? WAIT_MS);
    for (let steps = 0; steps < STEPS_A_ROUND; steps += 1) goOn(world);
    world.watch();
    await round(world);
    await world.baton.resumeAll();
    world.watcher.check();
  }
  world.watcher.finish(world.requested);
}

function isQuiet({ handlers, database, clusters, watcher }: World): boolean {
  return (
    handlers.messages.every(({ state }) => state === 'acknowledged') &&
    [...database.runs.rows.values()].every(({ state }) => isFinal(state)) &&
    [...database.attempts.rows.values()].every(({ state }) => !isLive(state) && state !== 'lost') &&
    clusters.every(
      (cluster) =>
        cluster.onTheWay.length === 0 &&
        [...cluster.workflows.values()].every((workflow) => workflow.completed || watcher.isForeign(workflow)),
    )
  );
}
