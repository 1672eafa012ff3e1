import { z } from 'zod';
import { objectMetaSchema, type MetadataObject } from './kube-objects';

/**
 * Devices by `resource.k8s.io`: what drivers publish (ResourceSlice) and what is asked for and given (ResourceClaim). The
 * versions differ in shape alone. `v1beta1` (Kubernetes 1.32) keeps a device below `basic` and a request on its own level;
 * `v1beta2` (1.33) and `v1` (1.34) keep devices flat and a request below `exactly` or in a list `firstAvailable`.
 * See <https://kubernetes.io/docs/concepts/scheduling-eviction/dynamic-resource-allocation/>.
 */
export const DEVICE_VERSIONS = ['v1', 'v1beta2', 'v1beta1'] as const;

const quantity = z.union([z.string(), z.number()]);
const attribute = z.object({
  int: z.number().optional(),
  bool: z.boolean().optional(),
  string: z.string().optional(),
  version: z.string().optional(),
});
const counters = z.record(z.string(), z.object({ value: quantity }));
const deviceFields = {
  attributes: z.record(z.string(), attribute).optional(),
  capacity: z.record(z.string(), z.object({ value: quantity })).optional(),
  nodeName: z.string().optional(),
  consumesCounters: z.array(z.object({ counterSet: z.string(), counters })).optional(),
  taints: z.array(z.object({ effect: z.string().default('') })).optional(),
};
const deviceSchema = z.object({ name: z.string(), ...deviceFields, basic: z.object(deviceFields).optional() });

const sliceSchema = z.object({
  metadata: objectMetaSchema,
  spec: z.object({
    driver: z.string(),
    pool: z.object({ name: z.string(), generation: z.number().default(0), resourceSliceCount: z.number().default(1) }),
    nodeName: z.string().optional(),
    devices: z.array(deviceSchema).nullish(),
    sharedCounters: z.array(z.object({ name: z.string(), counters })).optional(),
  }),
});

export interface Device {
  name: string;
  /** Null where it belongs to no single node. */
  nodeName: string | null;
  attributes: Readonly<Record<string, string | number | boolean>>;
  capacity: Readonly<Record<string, string | number>>;
  /** What it takes from counters that it shares with other devices of its pool, by `set/counter`. */
  consumes: Readonly<Record<string, string | number>>;
  /** Its driver lets no new pod have it. */
  tainted: boolean;
}

export interface ResourceSlice extends MetadataObject {
  driver: string;
  pool: string;
  /** Slices of older generations of a pool are out of date. */
  generation: number;
  /** How many slices make up the pool. */
  sliceCount: number;
  devices: readonly Device[];
  /** By `set/counter`. */
  counters: Readonly<Record<string, string | number>>;
}

export function parseResourceSlice(input: unknown): ResourceSlice {
  const { metadata, spec } = sliceSchema.parse(input);
  return {
    metadata,
    driver: spec.driver,
    pool: spec.pool.name,
    generation: spec.pool.generation,
    sliceCount: spec.pool.resourceSliceCount,
    devices: (spec.devices ?? []).map(({ basic, ...device }) => toDevice({ ...device, ...basic }, spec.nodeName)),
    counters: flat((spec.sharedCounters ?? []).map((set) => [set.name, set.counters])),
  };
}

function toDevice(device: Omit<z.infer<typeof deviceSchema>, 'basic'>, sliceNode: string | undefined): Device {
  return {
    name: device.name,
    nodeName: sliceNode ?? device.nodeName ?? null,
    attributes: Object.fromEntries(
      Object.entries(device.attributes ?? {}).flatMap(([name, { int, bool, string, version }]) => {
        const value = int ?? bool ?? string ?? version;
        return value === undefined ? [] : [[name, value]];
      }),
    ),
    capacity: Object.fromEntries(Object.entries(device.capacity ?? {}).map(([name, { value }]) => [name, value])),
    consumes: flat((device.consumesCounters ?? []).map((set) => [set.counterSet, set.counters])),
    tainted: (device.taints ?? []).some(({ effect }) => effect === 'NoSchedule' || effect === 'NoExecute'),
  };
}

function flat(sets: readonly (readonly [string, z.infer<typeof counters>])[]): Record<string, string | number> {
  return Object.fromEntries(
    sets.flatMap(([set, named]) => Object.entries(named).map(([name, { value }]) => [`${set}/${name}`, value])),
  );
}

const selectors = z.array(z.object({ cel: z.object({ expression: z.string() }).optional() })).optional();
const requestFields = {
  deviceClassName: z.string().optional(),
  selectors,
  allocationMode: z.string().optional(),
  count: z.number().optional(),
  adminAccess: z.boolean().optional(),
};
const requestSchema = z.object({
  ...requestFields,
  exactly: z.object(requestFields).optional(),
  firstAvailable: z.array(z.object(requestFields)).optional(),
});
const claimSpec = z.object({ devices: z.object({ requests: z.array(requestSchema).nullish() }).default({}) });

export interface DeviceRequest {
  className: string;
  /** Expressions that a device has to satisfy besides those of its class. */
  selectors: readonly string[];
  /** `all` that one node has of them. */
  count: number | 'all';
}

export interface ResourceClaim extends MetadataObject {
  requests: readonly DeviceRequest[];
  /** Null until devices were given to it. */
  allocated: readonly { driver: string; pool: string; device: string }[] | null;
}

const claimSchema = z.object({
  metadata: objectMetaSchema,
  spec: claimSpec,
  status: z
    .object({
      allocation: z
        .object({
          devices: z
            .object({
              results: z
                .array(
                  z.object({ driver: z.string(), pool: z.string(), device: z.string(), adminAccess: z.boolean().optional() }),
                )
                .nullish(),
            })
            .default({}),
        })
        .nullish(),
    })
    .default({}),
});

export function parseResourceClaim(input: unknown): ResourceClaim {
  const { metadata, spec, status } = claimSchema.parse(input);
  const results = status.allocation?.devices.results ?? [];
  return {
    metadata,
    requests: requestsOf(spec),
    // Administrative access looks at a device that stays somebody else's.
    allocated: status.allocation ? results.filter(({ adminAccess }) => adminAccess !== true) : null,
  };
}

export interface ResourceClaimTemplate extends MetadataObject {
  requests: readonly DeviceRequest[];
}

const claimTemplateSchema = z.object({ metadata: objectMetaSchema, spec: z.object({ spec: claimSpec }) });

export function parseResourceClaimTemplate(input: unknown): ResourceClaimTemplate {
  const { metadata, spec } = claimTemplateSchema.parse(input);
  return { metadata, requests: requestsOf(spec.spec) };
}

/** Of several ways to satisfy a request the first is taken: the scheduler tries that first, and room is a floor. */
function requestsOf(spec: z.infer<typeof claimSpec>): DeviceRequest[] {
  return (spec.devices.requests ?? []).flatMap((request) => {
    const { deviceClassName, selectors: own, allocationMode, count, adminAccess } =
      request.exactly ?? request.firstAvailable?.[0] ?? request; // prettier-ignore
    if (deviceClassName === undefined || adminAccess === true) return [];
    return [
      { className: deviceClassName, selectors: expressionsOf(own), count: allocationMode === 'All' ? 'all' : (count ?? 1) },
    ];
  });
}

export interface DeviceClass extends MetadataObject {
  selectors: readonly string[];
}

const classSchema = z.object({ metadata: objectMetaSchema, spec: z.object({ selectors }).default({}) });

export function parseDeviceClass(input: unknown): DeviceClass {
  const { metadata, spec } = classSchema.parse(input);
  return { metadata, selectors: expressionsOf(spec.selectors) };
}

function expressionsOf(list: z.infer<typeof selectors>): string[] {
  return (list ?? []).flatMap(({ cel }) => (cel === undefined ? [] : [cel.expression]));
}
