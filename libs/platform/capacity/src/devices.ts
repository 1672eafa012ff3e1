import type {
  Device,
  DeviceClass,
  DeviceRequest,
  MetadataObject,
  Pod,
  PodResourceClaim,
  ResourceClaim,
  ResourceClaimTemplate,
  ResourceSlice,
} from '@stead/platform/kube';
import type { Resources } from './capacity';
import { parseSelector, type Selector } from './device-selector';
import { migShare } from './gpu-share';
import { parseQuantity } from './quantity';

/** Everything that `resource.k8s.io` says of a cluster, as far as it can be read. */
export interface DeviceObjects {
  slices: readonly ResourceSlice[];
  claims: readonly ResourceClaim[];
  templates: readonly ResourceClaimTemplate[];
  classes: readonly DeviceClass[];
}

/** As Kubernetes names the devices of a class where a container requests them like any other resource. */
const PREFIX = 'deviceclass.resource.kubernetes.io/';
/** Devices that more kinds than this could have are divided among the kinds once and for all: a floor of what there is. */
const KINDS_TOGETHER_MAX = 5;

/**
 * Room for devices that pods claim (dynamic resource allocation), put in amounts per node like any other resource, so that one
 * rule decides whether pods fit. Counted are devices that belong to one node and that no claim holds. Kinds of devices may
 * overlap ("any GPU", "a GPU of 40 GiB"): beside an amount per kind a node then has one for each group of kinds, the devices
 * that any of them could have, and a request for a kind is a request for each of its groups. By Hall's theorem a set of
 * requests can be satisfied exactly when none of these amounts is exceeded.
 *
 * What is not counted: constraints that tie devices of one claim together, and devices that no single node has.
 */
export class Devices {
  private readonly kinds: readonly Kind[];
  private readonly groups: ReadonlyMap<string, readonly Group[]>;
  private readonly freeByNode: ReadonlyMap<string, readonly Known[]>;
  private readonly allByNode: ReadonlyMap<string, readonly Known[]>;

  /** `wanted`: what pods that are there and runs that may come ask for; other devices do not matter. */
  constructor(
    private readonly objects: DeviceObjects,
    wanted: readonly DeviceRequest[],
  ) {
    this.kinds = kindsOf(wanted, objects.classes);
    const all = currentDevices(objects.slices);
    const taken = new Set(
      objects.claims.flatMap(({ allocated }) =>
        (allocated ?? []).map(({ driver, pool, device }) => `${driver}/${pool}/${device}`),
      ),
    );
    const free = standingAlone(all, taken, objects.slices, this.kinds);
    this.allByNode = byNode(all);
    this.freeByNode = byNode(free);
    this.groups = groupsOf(this.kinds, [...this.allByNode.values()]);
  }

  /** How many devices a node has of each kind, or of each group of kinds, free or in all. */
  on(node: string, which: 'free' | 'all'): Resources {
    const devices = (which === 'free' ? this.freeByNode : this.allByNode).get(node) ?? [];
    return Object.fromEntries(
      [...this.groups.values()].flat().map((group) => [group.name, devices.filter((device) => inGroup(device, group)).length]),
    );
  }

  /** What such requests take, in the same amounts. */
  demandOf(requests: readonly DeviceRequest[]): Resources {
    const sum: Record<string, number> = {};
    for (const request of requests) {
      const count = request.count === 'all' ? this.most(kindName(request)) : request.count;
      for (const { name } of this.groups.get(kindName(request)) ?? []) sum[name] = (sum[name] ?? 0) + count;
    }
    return sum;
  }

  /** What a pod still has to be given; nothing once its claims are allocated. A claim that several pods share counts for the first. */
  unallocatedOf(pod: Pod, counted: Set<string> = new Set()): Resources {
    if (pod.spec.resourceClaims === undefined) return {};
    const open = claimsOfPod(pod, this.objects).filter(
      ({ key, claim }) => (claim?.allocated ?? null) === null && !counted.has(key),
    );
    for (const { key } of open) counted.add(key);
    return this.demandOf(open.flatMap(({ requests }) => requests));
  }

  /** All that a pod asks for, whether or not it has it already. */
  allOf(pod: Pod): Resources {
    return pod.spec.resourceClaims === undefined ? {} : this.demandOf(devicesAskedBy([pod], this.objects));
  }

  /** How many physical GPUs these are. */
  gpusIn(requests: readonly DeviceRequest[]): number {
    return requests.reduce((sum, request) => {
      const kind = this.kinds.find(({ name }) => name === kindName(request));
      const shares = [...this.allByNode.values()]
        .flat()
        .flatMap((device) => (kind?.selects(device) === true ? [gpuShareOf(device)] : []));
      const share = shares.length === 0 ? gpuShareByName(request.className) : Math.max(...shares);
      return sum + share * (request.count === 'all' ? this.most(kindName(request)) : request.count);
    }, 0);
  }

  private most(kind: string): number {
    const group = this.groups.get(kind)?.find(({ kinds }) => kinds.length === 1 && kinds[0]?.name === kind);
    if (group === undefined) return Infinity;
    const counts = [...this.allByNode.values()].map((devices) => devices.filter((device) => inGroup(device, group)).length);
    return counts.length === 0 ? Infinity : Math.max(...counts, 1);
  }
}

/** What pods ask for, whether or not they have it already. */
export function devicesAskedBy(pods: readonly Pod[], objects: DeviceObjects): DeviceRequest[] {
  return pods.flatMap((pod) => claimsOfPod(pod, objects).flatMap(({ requests }) => requests));
}

function claimsOfPod(
  pod: Pod,
  { claims, templates }: DeviceObjects,
): { key: string; claim: ResourceClaim | undefined; requests: readonly DeviceRequest[] }[] {
  const { namespace = '', uid } = pod.metadata;
  const named = <T extends MetadataObject>(all: readonly T[], name: string | undefined): T | undefined =>
    all.find(({ metadata }) => metadata.name === name && (metadata.namespace ?? '') === namespace);
  return (pod.spec.resourceClaims ?? []).map(({ name, resourceClaimName, resourceClaimTemplateName }) => {
    const made = pod.status.resourceClaimStatuses?.find((status) => status.name === name)?.resourceClaimName;
    const claim = named(claims, resourceClaimName ?? made);
    const requests = claim?.requests ?? named(templates, resourceClaimTemplateName)?.requests ?? [];
    return { key: claim?.metadata.uid ?? `${uid}/${name}`, claim, requests };
  });
}

/** A request that nobody can read: no device is one of these, so that no room is promised for it. */
export const UNREADABLE: DeviceRequest = { className: '', selectors: [], count: 1 };

/** What the pod of a step is going to ask for, by what its template names. */
export function requestsByName(
  claims: readonly PodResourceClaim[],
  namespace: string,
  { claims: made, templates }: DeviceObjects,
): DeviceRequest[] {
  const there = ({ metadata }: ResourceClaimTemplate, name: string | undefined): boolean =>
    metadata.name === name && metadata.namespace === namespace;
  return claims.flatMap(({ resourceClaimName, resourceClaimTemplateName }) => {
    const found =
      made.find((one) => there(one, resourceClaimName)) ?? templates.find((one) => there(one, resourceClaimTemplateName));
    return found?.requests ?? [UNREADABLE];
  });
}

interface Known {
  driver: string;
  pool: string;
  device: Device;
}

interface Kind {
  name: string;
  selects(device: Known): boolean;
}

interface Group {
  name: string;
  kinds: readonly Kind[];
  /** Where devices are divided among kinds for good. */
  only?: ReadonlySet<Device>;
}

function inGroup(known: Known, { kinds, only }: Group): boolean {
  return (only === undefined || only.has(known.device)) && kinds.some((kind) => kind.selects(known));
}

/** A class, and what a request selects among its devices. */
function kindName({ className, selectors }: DeviceRequest): string {
  return [className, ...selectors].join(' && ');
}

/** A class that is not there, or an expression that is not understood, selects nothing: room that may not be there is not counted. */
function kindsOf(wanted: readonly DeviceRequest[], classes: readonly DeviceClass[]): Kind[] {
  const kinds = new Map<string, Kind>();
  for (const request of wanted) {
    const name = kindName(request);
    if (kinds.has(name)) continue;
    const ofClass = classes.find(({ metadata }) => metadata.name === request.className)?.selectors;
    const selectors = ofClass === undefined ? [null] : [...ofClass, ...request.selectors].map(parseSelector);
    const all = selectors.includes(null) ? null : (selectors as Selector[]); // none of them is null
    kinds.set(name, {
      name,
      selects: ({ driver, device }) => all?.every((selector) => selector(driver, device)) ?? false,
    });
  }
  return [...kinds.values()];
}

/** Of the newest generation of each pool of which every slice has been seen. */
function currentDevices(slices: readonly ResourceSlice[]): Known[] {
  const pools = new Map<string, ResourceSlice[]>();
  for (const slice of slices) {
    const key = `${slice.driver}/${slice.pool}`;
    const known = pools.get(key) ?? [];
    const generation = known[0]?.generation ?? -1;
    if (slice.generation > generation) pools.set(key, [slice]);
    else if (slice.generation === generation) known.push(slice);
  }
  return [...pools.values()].flatMap((pool) =>
    pool.length < (pool[0]?.sliceCount ?? 0)
      ? []
      : pool.flatMap(({ driver, pool: name, devices }) => devices.map((device) => ({ driver, pool: name, device }))),
  );
}

/**
 * Free devices that can all be given out at the same time. Parts of one machine draw on common counters, so that one being given
 * may be the end of another: each is only counted if it still fits beside those before it.
 */
function standingAlone(
  all: readonly Known[],
  taken: ReadonlySet<string>,
  slices: readonly ResourceSlice[],
  kinds: readonly Kind[],
): Known[] {
  const left = new Map<string, number>();
  for (const { driver, pool, counters } of slices)
    for (const [name, value] of Object.entries(counters)) left.set(`${driver}/${pool}/${name}`, parseQuantity(value) ?? 0);
  const draw = ({ driver, pool, device }: Known): boolean => {
    const needs = Object.entries(device.consumes).map(
      ([name, value]) => [`${driver}/${pool}/${name}`, parseQuantity(value) ?? Infinity] as const,
    );
    if (needs.some(([counter, amount]) => amount > (left.get(counter) ?? 0))) return false;
    for (const [counter, amount] of needs) left.set(counter, (left.get(counter) ?? 0) - amount);
    return true;
  };
  const isTaken = ({ driver, pool, device }: Known): boolean => taken.has(`${driver}/${pool}/${device.name}`);
  for (const known of all) if (isTaken(known)) draw(known);
  return all.filter(
    (known) => !isTaken(known) && !known.device.tainted && kinds.some((kind) => kind.selects(known)) && draw(known),
  );
}

function byNode(devices: readonly Known[]): Map<string, Known[]> {
  const nodes = new Map<string, Known[]>();
  for (const known of devices) {
    const { nodeName } = known.device;
    if (nodeName === null) continue;
    nodes.set(nodeName, [...(nodes.get(nodeName) ?? []), known]);
  }
  return nodes;
}

/** For each kind, the groups that it belongs to: itself, and it with others whose devices it shares, directly or through a third. */
function groupsOf(kinds: readonly Kind[], nodes: readonly (readonly Known[])[]): Map<string, Group[]> {
  const devices = nodes.flat();
  const together = new Map<Kind, Kind[]>(kinds.map((kind) => [kind, [kind]]));
  for (const known of devices) {
    const [first, ...others] = kinds.filter((kind) => kind.selects(known));
    for (const other of others) join(together, first, other);
  }
  const groups = new Map<string, Group[]>(kinds.map(({ name }) => [name, []]));
  for (const component of new Set(together.values())) {
    const made = component.length > KINDS_TOGETHER_MAX ? divided(component, devices) : subsetsOf(component);
    for (const group of made) for (const { name } of group.kinds) groups.get(name)?.push(group);
  }
  return groups;
}

function join(together: Map<Kind, Kind[]>, a: Kind | undefined, b: Kind): void {
  const [into, from] = [a === undefined ? undefined : together.get(a), together.get(b)];
  if (into === undefined || from === undefined || into === from) return;
  into.push(...from);
  for (const kind of from) together.set(kind, into);
}

function subsetsOf(kinds: readonly Kind[]): Group[] {
  return Array.from({ length: 2 ** kinds.length - 1 }, (_, bits) => {
    const members = kinds.filter((_kind, i) => ((bits + 1) >> i) & 1);
    return { name: PREFIX + members.map(({ name }) => name).join(' | '), kinds: members };
  });
}

/** Each device is one kind's, whose devices are scarcest. */
function divided(kinds: readonly Kind[], devices: readonly Known[]): Group[] {
  const scarcest = [...kinds].sort(
    (a, b) => devices.filter((one) => a.selects(one)).length - devices.filter((one) => b.selects(one)).length,
  );
  const shares = new Map<Kind, Set<Device>>(kinds.map((kind) => [kind, new Set()]));
  for (const known of devices) {
    const owner = scarcest.find((kind) => kind.selects(known));
    if (owner !== undefined) shares.get(owner)?.add(known.device);
  }
  return kinds.map((kind) => ({ name: PREFIX + kind.name, kinds: [kind], only: shares.get(kind) ?? new Set() }));
}

/** NVIDIA's driver says of each device what it is; of others the name has to do. */
function gpuShareOf({ driver, device: { attributes } }: Known): number {
  const { type, profile } = attributes;
  if (type === 'mig') return migShare(String(profile ?? '1g.0gb'));
  return type === 'gpu' ? 1 : gpuShareByName(driver);
}

function gpuShareByName(name: string): number {
  if (/(^|[.-])mig([.-]|$)/.test(name)) return migShare('1g.0gb');
  return /(^|[.-])gpu([.-]|$)/.test(name) ? 1 : 0;
}
