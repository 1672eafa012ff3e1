import { podRequests, type Resources } from './capacity';
import type { PodResourceClaim, StepTemplate, WorkflowTemplate } from '@stead/platform/kube';
import type { NodeChoice } from './node-choice';

/** One pod as the scheduler has to place it. */
export interface PodDemand extends NodeChoice {
  resources: Resources;
}

type Branch = { name: string; after: readonly string[]; pods: readonly PodDemand[] };

/**
 * The pods of a workflow that run side by side when it asks for most: of all sets of tasks that may be under way together,
 * the one that weighs most. A run that has room for these never waits for more in the middle; its first step alone says
 * nothing. Loops over items count once, since nobody knows their number before the run. Where the template has no such
 * entrypoint, the heaviest of its pods. `devicesOf`: what devices that pods claim are in amounts of resources.
 */
export function runDemand(
  template: WorkflowTemplate,
  entrypoint: string,
  devicesOf: (claims: readonly PodResourceClaim[]) => Resources = () => ({}),
): PodDemand[] {
  const byName = new Map(template.spec.templates.map((one) => [one.name, one]));
  const start = byName.get(entrypoint) ?? byName.get(template.spec.entrypoint ?? '');
  const podOf = (step: StepTemplate): PodDemand | null => podDemandOf(step, template, devicesOf);
  if (start !== undefined) return demandOf(start, byName, template, podOf, new Set());
  const alone = template.spec.templates.flatMap((one) => podOf(one) ?? []);
  return alone.length === 0 ? [] : [alone.reduce((most, one) => (weigh([one]) > weigh([most]) ? one : most))];
}

function demandOf(
  step: StepTemplate,
  byName: ReadonlyMap<string, StepTemplate>,
  template: WorkflowTemplate,
  podOf: (step: StepTemplate) => PodDemand | null,
  above: ReadonlySet<string>,
): PodDemand[] {
  if (above.has(step.name)) return []; // it calls itself: counted where it began
  const within = new Set([...above, step.name]);
  const podsOf = (name: string | undefined): PodDemand[] => {
    const called = byName.get(name ?? '');
    return called === undefined ? [] : demandOf(called, byName, template, podOf, within);
  };
  const pod = podOf(step);
  if (pod !== null) return [pod];
  const atOnceMax = step.parallelism ?? template.spec.parallelism ?? Infinity;
  if (step.dag !== undefined) {
    const tasks = step.dag.tasks.map((task) => ({
      name: task.name,
      after: task.dependencies ?? namesIn(task.depends),
      pods: podsOf(task.template),
    }));
    return heaviestTogether(tasks, atOnceMax);
  }
  const groups = (step.steps ?? []).map(
    (group) =>
    heaviestTogether(group.map(({ name, template: called }) => ({ name, after: [], pods: podsOf(called) })), atOnceMax), // prettier-ignore
  );
  return groups.reduce((most, next) => (weigh(next) > weigh(most) ? next : most), []);
}

/** The pod of a step; null where it makes none. What a step says of its own goes before what its workflow says for all. */
export function podDemandOf(
  step: StepTemplate,
  template: WorkflowTemplate,
  devicesOf: (claims: readonly PodResourceClaim[]) => Resources = () => ({}),
): PodDemand | null {
  const main = step.container ?? step.script;
  const containers = main === undefined ? step.containerSet?.containers : [main];
  if (containers === undefined) return null;
  const resources = step.podResources ?? template.spec.podResources;
  return {
    resources: {
      ...podRequests({ spec: { containers, initContainers: step.initContainers, resources } }),
      ...devicesOf(claimsOfStep(step, template)),
    },
    nodeSelector: step.nodeSelector ?? template.spec.nodeSelector ?? {},
    tolerations: step.tolerations ?? template.spec.tolerations ?? [],
    affinity: (step.affinity ?? template.spec.affinity)?.nodeAffinity,
  };
}

/** The devices that the pod of a step claims (Argo Workflows 4.1): its own list replaces that of the workflow as a whole. */
export function claimsOfStep(step: StepTemplate, template: WorkflowTemplate): readonly PodResourceClaim[] {
  const own = step.resourceClaims ?? [];
  return own.length > 0 ? own : (template.spec.resourceClaims ?? []);
}

/** The task names of an expression like `a.Succeeded && (b || c)`. */
function namesIn(depends: string | undefined): string[] {
  return [...(depends ?? '').matchAll(/[A-Za-z0-9_-]+(?:\.[A-Za-z]+)?/g)].map(([word]) => word.split('.')[0] ?? '');
}

/** The heaviest set of tasks of which none waits for another, however long the chain between them: branch and bound. */
function heaviestTogether(tasks: readonly Branch[], atOnceMax: number): PodDemand[] {
  const before = ancestorsOf(tasks);
  const byWeight = [...tasks].sort((a, b) => weigh(b.pods) - weigh(a.pods));
  let best: readonly Branch[] = [];
  let bestWeight = 0;
  const grow = (from: number, chosen: readonly Branch[], weight: number): void => {
    if (weight > bestWeight) [best, bestWeight] = [chosen, weight];
    if (chosen.length >= atOnceMax) return;
    let left = byWeight.slice(from).reduce((sum, task) => sum + weigh(task.pods), 0);
    for (let i = from; i < byWeight.length && weight + left > bestWeight; i += 1) {
      const task = byWeight[i];
      if (task === undefined) return;
      const apart = chosen.every(({ name }) => !before.get(name)?.has(task.name) && !before.get(task.name)?.has(name));
      if (apart) grow(i + 1, [...chosen, task], weight + weigh(task.pods));
      left -= weigh(task.pods);
    }
  };
  grow(0, [], 0);
  return best.flatMap(({ pods }) => pods);
}

function ancestorsOf(tasks: readonly Branch[]): ReadonlyMap<string, ReadonlySet<string>> {
  const byName = new Map(tasks.map((task) => [task.name, task]));
  const known = new Map<string, Set<string>>();
  const of = (name: string): Set<string> => {
    const done = known.get(name);
    if (done !== undefined) return done;
    const all = new Set<string>();
    known.set(name, all);
    for (const parent of byName.get(name)?.after ?? []) for (const one of [parent, ...of(parent)]) all.add(one);
    return all;
  };
  for (const { name } of tasks) of(name);
  return known;
}

function weigh(pods: readonly PodDemand[]): number {
  return pods.reduce((sum, { resources }) => sum + weightOf(resources), 0);
}

const BYTES_PER_CORE = 2 ** 34;
const CORES_PER_DEVICE = 1000;

/** One figure for what is scarce, in cores: a device before any number of them, 16 GiB of memory as much as one. */
export function weightOf(resources: Resources): number {
  return Object.entries(resources).reduce((sum, [name, amount]) => {
    if (name === 'cpu') return sum + amount;
    if (name === 'memory' || name === 'ephemeral-storage') return sum + amount / BYTES_PER_CORE;
    return name === 'pods' ? sum : sum + amount * CORES_PER_DEVICE;
  }, 0);
}
