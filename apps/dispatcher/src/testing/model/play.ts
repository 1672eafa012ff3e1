import { isKubeError } from '@stead/platform/kube';
import { isFinal } from '../../domain/run.machine';
import { RUNS_MAX, type Command } from './commands';
import { messageOf, runIdOf } from './messages';
import type { SimulatedWorkflow } from './simulated-workflow';
import type { SimulatedCluster } from './simulated-cluster';
import { setCap, squat } from './strangers';
import type { World } from './world';

/** What the loops of a leader come to within a second or so. */
const ROUND = ['silence', 'place', 'submit', 'follow', 'verify', 'sweep', 'bounce'] as const;
const THROUGH = 10_000;
/** From a workflow that nobody has looked at to its end. */
const STEPS_TO_END = 5;

/** Plays one schedule, looking for mistakes after each command. */
export async function play(world: World, commands: readonly Command[]): Promise<void> {
  for (const command of commands) {
    world.onEvent?.(`${(world.time.ms / 1000).toFixed(1)} s  ${JSON.stringify(command)}`);
    await perform(world, command);
    world.watcher.check();
  }
}

export async function round(world: World, turns: number = ROUND.length): Promise<void> {
  for (const name of ROUND.slice(0, turns)) await world.turn(name, THROUGH);
}

/** One turn gets so far; then something else happens from its beginning to its end; then the first one goes on. */
async function race(world: World, { first, points, then, run, isOver }: Command & { do: 'race' }): Promise<void> {
  if (first === 'verify') await finishAll(world);
  await world.turn(first, points);
  if (then === 'kill') return perform(world, { do: 'kill', requestsArrive: run % 2 === 0 });
  if (then === 'pause') world.pause();
  else if (then === 'cancel') await cancelOne(world, run);
  else await world.turn(then, THROUGH);
  if (isOver) await world.baton.resumeAll();
}

/** There is something to verify. */
async function finishAll(world: World): Promise<void> {
  for (let i = 0; i < STEPS_TO_END; i += 1) goOn(world);
  world.watch();
  await world.turn('follow', THROUGH);
}

async function cancelOne(world: World, pick: number): Promise<void> {
  const unfinished = [...world.database.runs.rows.values()].filter(({ state }) => !isFinal(state));
  const run = unfinished[pick % Math.max(1, unfinished.length)];
  if (run === undefined) return;
  const message = messageOf('order-cancel', run.id);
  world.handlers.messages.push(message);
  await world.handlers.deliver(message, THROUGH);
}

async function perform(world: World, command: Command): Promise<void> {
  switch (command.do) {
    case 'message':
      return message(world, command);
    case 'turn':
      return world.turn(command.name, command.points);
    case 'round':
      world.wait(command.ms);
      return round(world, command.turns);
    case 'race':
      return race(world, command);
    case 'outage':
      return outage(world, command);
    case 'cap':
      return setCap(world, command.scope, command.capMicros);
    case 'step':
      return void (await world.baton.resume(command.pick, command.points));
    case 'wait':
      return world.wait(command.ms);
    case 'kill':
      return world.leader === null ? undefined : world.kill(world.leader, command.requestsArrive);
    case 'kill-handler': {
      const inHand = world.handlers.messages.filter(({ process }) => process !== null);
      const one = inHand[command.pick % Math.max(1, inHand.length)];
      return one === undefined ? undefined : world.handlers.killHandler(one);
    }
    case 'pause':
      return world.pause();
    case 'wake':
      return world.wake();
    case 'sleep':
      return world.sleep(command.ms);
    case 'stale-turn':
      if (world.stale === null) return;
      world.wake();
      return world.turnOf(world.stale, command.name, command.points);
    case 'reach':
      return world.reach(world.cluster(command.cluster), command.reach, command.standsStill && command.reach === 'silent');
    case 'crowd':
      return crowd(world, command);
    case 'controller':
      world.cluster(command.cluster).controllerIsDown = command.isDown;
      return;
    case 'fault': {
      const { verb, fault } = command;
      world.cluster(command.cluster).faults.push({ verb, fault });
      return;
    }
    case 'arrive':
      return arrive(world.cluster(command.cluster), command.pick);
    case 'work': {
      const all = workflowsOf(world);
      const one = all[command.pick % Math.max(1, all.length)];
      one?.cluster.work(one.workflow, command.event);
      if (command.isSeen) world.watch();
      return;
    }
    case 'work-all':
      for (let i = 0; i < command.times; i += 1) goOn(world);
      return world.watch();
    case 'store':
      world.storeAnswers = command.answers;
      return;
    case 'damage':
      return damage(world, command.pick, command.how);
    case 'clock':
      world.time.skewMs = command.skewMs;
      return;
    case 'database':
      world.databaseFault = { ...command.fault };
      return;
    case 'squat':
      return squat(world, runIdOf(command.run), world.cluster(command.cluster), command.asLatest);
  }
}

/** Others take the room of a cluster just when runs have been sent there, and stay. */
async function crowd(world: World, { cluster, gpus, rounds }: Command & { do: 'crowd' }): Promise<void> {
  await world.turn('place', THROUGH);
  world.cluster(cluster).crowded(gpus);
  goOn(world);
  goOn(world);
  for (const ms of rounds) {
    world.wait(ms);
    await round(world);
    world.watcher.check();
  }
}

/** A silence that lasts, with everything that goes on meanwhile. */
async function outage(world: World, { clusters, store, standsStill, rounds, heals }: Command & { do: 'outage' }): Promise<void> {
  const there = [...new Set(clusters.map((index) => world.cluster(index)))];
  for (const cluster of there) world.reach(cluster, 'silent', standsStill);
  if (store) world.storeAnswers = false;
  for (const ms of rounds) {
    world.wait(ms);
    await round(world);
    world.watcher.check();
  }
  if (!heals) return;
  for (const cluster of there) world.reach(cluster, 'well', false);
  world.storeAnswers = true;
}

async function message(world: World, { kind, run, points }: Command & { do: 'message' }): Promise<void> {
  const runId = runIdOf(run % RUNS_MAX);
  const known = world.handlers.messages.find((one) => one.kind === kind && one.runId === runId);
  const one = known ?? messageOf(kind, runId);
  if (known === undefined) world.handlers.messages.push(one);
  if (kind === 'request') world.requested.add(one.runId);
  // Its owner can only ask of what it has been told is there.
  if (kind === 'ask-cancel' && !world.database.runs.rows.has(one.runId))
    return void world.handlers.messages.splice(-1, known ? 0 : 1);
  await world.handlers.deliver(one, points);
}

/** Every workflow goes one step, as time makes it. */
export function goOn(world: World): void {
  for (const { cluster, workflow } of workflowsOf(world)) cluster.work(workflow, { kind: 'go' });
}

/** A request that was on its way comes to its cluster, where it may meet the name that it wants to take. */
export function arrive(cluster: SimulatedCluster, pick: number): void {
  const [manifest] = cluster.onTheWay.splice(pick % Math.max(1, cluster.onTheWay.length), 1);
  if (manifest === undefined) return;
  try {
    cluster.create(manifest);
  } catch (error) {
    if (!isKubeError(error)) throw error; // the name is taken, and nobody waits for the answer
  }
}

function workflowsOf(world: World): { cluster: SimulatedCluster; workflow: SimulatedWorkflow }[] {
  return world.clusters.flatMap((cluster) =>
    [...cluster.workflows.values()]
      .filter((workflow) => !workflow.completed && workflow.params !== null)
      .map((workflow) => ({ cluster, workflow })),
  );
}

function damage({ objects, watcher }: World, pick: number, how: 'delete' | 'flip'): void {
  const bundles = [...objects.keys()].filter((key) => key.includes('/bundle/'));
  const key = bundles[pick % Math.max(1, bundles.length)];
  const there = key === undefined ? undefined : objects.get(key);
  if (key === undefined || there === undefined) return;
  if (how === 'delete') objects.delete(key);
  else if (!key.endsWith('/manifest.json'))
    return; // only what is read can be seen to be flipped
  else objects.set(key, { ...there, body: flipped(there.body) });
  watcher.damage(key);
}

/** The bits of its first byte that make it `{`, so that it is JSON no more; a second time changes nothing, and heals nothing. */
function flipped(body: Buffer): Buffer {
  const copy = Buffer.from(body);
  copy[0] = 0x7b ^ 1;
  return copy;
}
