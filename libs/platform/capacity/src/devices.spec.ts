import fc from 'fast-check';
import {
  parseDeviceClass,
  parseResourceClaim,
  parseResourceClaimTemplate,
  parseResourceSlice,
  type DeviceRequest,
} from '@stead/platform/kube';
import { Devices, requestsByName, type DeviceObjects } from './devices';
import { roomByNode, unboundDemands, type Resources } from './capacity';
import { aNodeOf, aPodOn } from './testing/cloud.builder';

const DRIVER = 'gpu.example.com';
const meta = (name: string, namespace?: string) => ({
  name,
  uid: `${namespace ?? ''}/${name}`,
  ...(namespace === undefined ? {} : { namespace }),
});

interface DeviceSpec {
  name: string;
  size: number;
  more?: object;
}
const aSlice = (node: string | undefined, devices: DeviceSpec[], pool: object = {}, spec: object = {}) =>
  parseResourceSlice({
    metadata: meta(`slice-${node ?? ''}-${Math.random()}`),
    spec: {
      ...{ driver: DRIVER, pool: { name: node ?? 'net', generation: 1, resourceSliceCount: 1, ...pool } },
      ...(node === undefined ? { allNodes: true } : { nodeName: node }),
      devices: devices.map(({ name, size, more }) => ({ name, capacity: { memory: { value: `${size}Gi` } }, ...more })),
      ...spec,
    },
  });
/** All devices of at least so many GiB. */
const aClass = (name: string, least: number) =>
  parseDeviceClass({
    metadata: meta(name),
    spec: {
      selectors: [
        {
          cel: {
            expression: `device.driver == '${DRIVER}' && device.capacity['${DRIVER}'].memory.compareTo(quantity('${least}Gi')) >= 0`,
          },
        },
      ],
    },
  });
const asking = (className: string, count = 1) => ({ name: 'r', exactly: { deviceClassName: className, count } });
const aClaim = (name: string, requests: object[], allocated?: [string, string][]) =>
  parseResourceClaim({
    metadata: meta(name, 'stead'),
    spec: { devices: { requests } },
    status:
      allocated === undefined
        ? {}
        : {
            allocation: {
              devices: { results: allocated.map(([pool, device]) => ({ request: 'r', driver: DRIVER, pool, device })) },
            },
          },
  });
const request = (className: string, count: number | 'all' = 1): DeviceRequest => ({ className, selectors: [], count });
const objects = (change: Partial<DeviceObjects>): DeviceObjects => ({
  slices: [],
  claims: [],
  templates: [],
  classes: [aClass('gpu', 0)],
  ...change,
});
const sizes = (...all: number[]): DeviceSpec[] => all.map((size, i) => ({ name: `d${i}`, size }));
const fits = (free: Resources, demand: Resources): boolean =>
  Object.entries(demand).every(([name, amount]) => amount <= (free[name] ?? 0));

describe('devices that pods claim', () => {
  it('are free where no claim holds them', () => {
    const devices = new Devices(
      objects({
        slices: [aSlice('a', sizes(40, 40, 40))],
        claims: [aClaim('held', [asking('gpu')], [['a', 'd1']]), aClaim('waits', [asking('gpu')])],
      }),
      [request('gpu')],
    );
    expect(fits(devices.on('a', 'free'), devices.demandOf([request('gpu', 2)]))).toBe(true);
    expect(fits(devices.on('a', 'free'), devices.demandOf([request('gpu', 3)]))).toBe(false);
    expect(fits(devices.on('a', 'all'), devices.demandOf([request('gpu', 3)]))).toBe(true);
  });

  it.each<[string, Partial<DeviceObjects>]>([
    ['of a pool of which a slice is missing', { slices: [aSlice('a', sizes(40), { resourceSliceCount: 2 })] }],
    ['of an older generation of their pool', { slices: [aSlice('a', sizes(40)), aSlice('a', [], { generation: 2 })] }],
    ['that belong to no single node', { slices: [aSlice(undefined, sizes(40))] }],
    [
      'that their driver has tainted',
      { slices: [aSlice('a', [{ name: 'd', size: 40, more: { taints: [{ key: 'k', effect: 'NoSchedule' }] } }])] },
    ],
    ['of a class that is not there', { slices: [aSlice('a', sizes(40))], classes: [] }],
    [
      'of a class whose selector is not understood',
      {
        slices: [aSlice('a', sizes(40))],
        classes: [parseDeviceClass({ metadata: meta('gpu'), spec: { selectors: [{ cel: { expression: 'size(device)' } }] } })],
      },
    ],
  ])('are not counted %s', (_name, change) => {
    const devices = new Devices(objects(change), [request('gpu')]);
    expect(fits(devices.on('a', 'free'), devices.demandOf([request('gpu')]))).toBe(false);
  });

  it('are those of each device where a slice spans nodes', () => {
    const spec = { perDeviceNodeSelection: true, nodeName: undefined };
    const slice = aSlice('x', [{ name: 'd', size: 40, more: { nodeName: 'b' } }], {}, spec);
    const devices = new Devices(objects({ slices: [slice] }), [request('gpu')]);
    expect(fits(devices.on('b', 'free'), devices.demandOf([request('gpu')]))).toBe(true);
  });

  it('that share counters are counted as far as they can be had together', () => {
    const counters = (value: string) => ({ consumesCounters: [{ counterSet: 'gpu-0', counters: { slices: { value } } }] });
    const parts = [
      { name: 'half-1', size: 20, more: counters('4') },
      { name: 'half-2', size: 20, more: counters('3') },
      { name: 'half-3', size: 20, more: counters('3') },
    ];
    const shared = { sharedCounters: [{ name: 'gpu-0', counters: { slices: { value: '7' } } }] };
    const slices = [aSlice('a', parts, { resourceSliceCount: 2 }), aSlice('a', [], { resourceSliceCount: 2 }, shared)];
    const free = (claims: DeviceObjects['claims']): number[] =>
      Object.values(new Devices(objects({ slices, claims }), [request('gpu')]).on('a', 'free'));
    expect(free([])).toEqual([2]);
    expect(free([aClaim('held', [asking('gpu')], [['a', 'half-1']])])).toEqual([1]);
  });

  it('make room exactly when each request can be given devices of its own, however classes overlap', () => {
    const size = fc.integer({ min: 1, max: 4 });
    const world = fc.record({
      devices: fc.array(size, { maxLength: 6 }),
      taken: fc.array(fc.nat(5), { maxLength: 2 }),
      requests: fc.array(fc.record({ least: size, count: fc.integer({ min: 1, max: 3 }) }), { minLength: 1, maxLength: 4 }),
    });
    fc.assert(
      fc.property(world, ({ devices: all, taken, requests }) => {
        const wanted = requests.map(({ least, count }) => request(`c${least}`, count));
        const classes = [1, 2, 3, 4].map((least) => aClass(`c${least}`, least));
        const held = [...new Set(taken)].filter((i) => i < all.length);
        const claims = held.map((i) => aClaim(`held-${i}`, [asking('c1')], [['a', `d${i}`]]));
        const devices = new Devices(objects({ slices: [aSlice('a', sizes(...all))], claims, classes }), wanted);
        // The hardest to please first, each the smallest that does: optimal where classes are nested, and these are.
        const left = all.filter((_, i) => !held.includes(i)).sort((a, b) => a - b);
        const one = requests.flatMap(({ least, count }) => Array.from({ length: count }, () => least)).sort((a, b) => b - a);
        const possible = one.every((least) => {
          const i = left.findIndex((each) => each >= least);
          return i >= 0 && left.splice(i, 1).length === 1;
        });
        expect(fits(devices.on('a', 'free'), devices.demandOf(wanted))).toBe(possible);
      }),
    );
  });

  it('make room exactly when some way of giving them out works, also for classes that are not nested', () => {
    const between = (from: number, to: number) =>
      parseDeviceClass({
        metadata: meta(`c${from}-${to}`),
        spec: {
          selectors: [from, to].map((bound, i) => ({
            cel: {
              expression: `device.capacity['${DRIVER}'].memory.compareTo(quantity('${bound}Gi')) ${i === 0 ? '>=' : '<='} 0`,
            },
          })),
        },
      });
    const span = fc
      .tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 }))
      .map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const);
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 5 }),
        fc.array(span, { minLength: 1, maxLength: 4 }),
        (all, spans) => {
          const wanted = spans.map(([from, to]) => request(`c${from}-${to}`));
          const classes = spans.map(([from, to]) => between(from, to));
          const devices = new Devices(objects({ slices: [aSlice('a', sizes(...all))], classes }), wanted);
          const possible = (i: number, left: readonly number[]): boolean => {
            const [from, to] = spans[i] ?? [0, 0];
            return (
              i === spans.length || left.some((each, at) => each >= from && each <= to && possible(i + 1, left.toSpliced(at, 1)))
            );
          };
          expect(fits(devices.on('a', 'free'), devices.demandOf(wanted))).toBe(possible(0, all));
        },
      ),
    );
  });

  it('never promise more than there is when many classes overlap', () => {
    const least = [1, 2, 3, 4, 5, 6, 7];
    const wanted = least.map((one) => request(`c${one}`));
    const classes = least.map((one) => aClass(`c${one}`, one));
    const slices = [aSlice('a', sizes(7, 7, 7))];
    const devices = new Devices(objects({ slices, classes }), wanted);
    const taken = wanted.filter((one) => fits(devices.on('a', 'free'), devices.demandOf([one])));
    expect(fits(devices.on('a', 'free'), devices.demandOf(wanted))).toBe(false);
    expect(taken.length).toBeGreaterThan(0);
  });

  it('stand beside other resources: pods that wait for them claim them, those that have them do not', () => {
    const claims = [aClaim('mine', [asking('gpu')], [['a', 'd0']])];
    const templates = [
      parseResourceClaimTemplate({
        metadata: meta('one-gpu', 'stead'),
        spec: { spec: { devices: { requests: [asking('gpu')] } } },
      }),
    ];
    const of = (claim: object, node?: string) =>
      aPodOn(node, { cpu: '1' }, { metadata: { namespace: 'stead' }, spec: { resourceClaims: [{ name: 'gpu', ...claim }] } });
    const all = objects({ slices: [aSlice('a', sizes(40, 40))], claims, templates });
    const devices = new Devices(all, [request('gpu')]);
    const name = Object.keys(devices.demandOf([request('gpu')]))[0] ?? '';
    const [room] = roomByNode([aNodeOf('a')], [of({ resourceClaimName: 'mine' }, 'a')], devices);
    expect(room).toMatchObject({ free: { cpu: 6.5, [name]: 1 }, allocatable: { cpu: 7.5, [name]: 2 } });
    const [has, waits] = unboundDemands(
      [of({ resourceClaimName: 'mine' }), of({ resourceClaimTemplateName: 'one-gpu' })],
      devices,
    );
    expect(has?.resources).not.toHaveProperty([name]);
    expect(waits?.resources).toMatchObject({ cpu: 1, [name]: 1 });
  });

  it('are counted once for a claim that several pods share', () => {
    const claims = [aClaim('ours', [asking('gpu', 2)])];
    const devices = new Devices(objects({ slices: [aSlice('a', sizes(40, 40))], claims }), [request('gpu')]);
    const pod = () =>
      aPodOn(
        undefined,
        {},
        { metadata: { namespace: 'stead' }, spec: { resourceClaims: [{ name: 'g', resourceClaimName: 'ours' }] } },
      );
    const sum = unboundDemands([pod(), pod()], devices)
      .flatMap(({ resources }) => Object.entries(resources))
      .filter(([name]) => name.includes('gpu'));
    expect(sum).toEqual([[expect.any(String), 2]]);
  });

  it('of a claim that cannot be read are none that anybody has', () => {
    const all = objects({ slices: [aSlice('a', sizes(40))] });
    const wanted = requestsByName([{ name: 'g', resourceClaimTemplateName: 'secret' }], 'stead', all);
    const devices = new Devices(all, wanted);
    expect(fits(devices.on('a', 'free'), devices.demandOf(wanted))).toBe(false);
  });

  it('are whole GPUs or parts of them, by what the driver says', () => {
    const attributes = (type: string, profile?: string) => ({
      attributes: { type: { string: type }, ...(profile === undefined ? {} : { profile: { string: profile } }) },
    });
    const gpus = (more: object, className = 'gpu'): number => {
      const all = objects({ slices: [aSlice('a', [{ name: 'd', size: 40, more }])], classes: [aClass(className, 0)] });
      return new Devices(all, [request(className)]).gpusIn([request(className, 2)]);
    };
    expect(gpus(attributes('gpu'))).toBe(2);
    expect(gpus(attributes('mig', '2g.10gb'))).toBeCloseTo(4 / 7, 10);
    expect(new Devices(objects({}), [request('nic.example.com')]).gpusIn([request('nic.example.com')])).toBe(0);
  });
});
