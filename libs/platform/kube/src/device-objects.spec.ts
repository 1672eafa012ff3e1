import { parseDeviceClass, parseResourceClaim, parseResourceClaimTemplate, parseResourceSlice } from './device-objects';

const metadata = { name: 'x', namespace: 'stead', uid: 'u' };
const device = {
  attributes: { type: { string: 'gpu' }, index: { int: 0 }, healthy: { bool: true }, driverVersion: { version: '1.2.3' } },
  capacity: { memory: { value: '40Gi' } },
};
const pool = { name: 'node-a', generation: 3, resourceSliceCount: 1 };

describe('devices, by whatever version of the API', () => {
  it.each([
    ['v1beta1', [{ name: 'gpu-0', basic: device }]],
    ['v1beta2 and v1', [{ name: 'gpu-0', ...device }]],
  ])('are published alike: %s', (_version, devices) => {
    expect(parseResourceSlice({ metadata, spec: { driver: 'gpu.nvidia.com', pool, nodeName: 'node-a', devices } })).toMatchObject(
      {
        ...{ driver: 'gpu.nvidia.com', pool: 'node-a', generation: 3, sliceCount: 1, counters: {} },
        devices: [
          {
            ...{ name: 'gpu-0', nodeName: 'node-a', tainted: false, consumes: {} },
            attributes: { type: 'gpu', index: 0, healthy: true, driverVersion: '1.2.3' },
            capacity: { memory: '40Gi' },
          },
        ],
      },
    );
  });

  const cel = { cel: { expression: 'device.driver == "x"' } };
  const asked = { deviceClassName: 'gpu.nvidia.com', count: 2, selectors: [cel] };
  it.each([
    ['v1beta1', [{ name: 'r', ...asked }]],
    ['v1beta2 and v1', [{ name: 'r', exactly: asked }]],
    [
      'a list of ways to satisfy it, the first of which counts',
      [
        {
          name: 'r',
          firstAvailable: [
            { name: 'a', ...asked },
            { name: 'b', deviceClassName: 'mig' },
          ],
        },
      ],
    ],
  ])('are asked for alike: %s', (_version, requests) => {
    const want = [{ className: 'gpu.nvidia.com', selectors: ['device.driver == "x"'], count: 2 }];
    expect(parseResourceClaim({ metadata, spec: { devices: { requests } } })).toMatchObject({ requests: want, allocated: null });
    expect(parseResourceClaimTemplate({ metadata, spec: { spec: { devices: { requests } } } }).requests).toEqual(want);
  });

  it('are one where no number is named, all where that is asked for, and none for mere access to somebody else’s', () => {
    const requests = [
      { name: 'a', exactly: { deviceClassName: 'gpu' } },
      { name: 'b', exactly: { deviceClassName: 'gpu', allocationMode: 'All' } },
      { name: 'c', exactly: { deviceClassName: 'gpu', adminAccess: true } },
    ];
    expect(parseResourceClaim({ metadata, spec: { devices: { requests } } }).requests.map(({ count }) => count)).toEqual([
      1,
      'all',
    ]);
    const result = { request: 'a', driver: 'd', pool: 'p' };
    const results = [
      { ...result, device: 'gpu-0' },
      { ...result, device: 'gpu-1', adminAccess: true },
    ];
    expect(parseResourceClaim({ metadata, spec: {}, status: { allocation: { devices: { results } } } }).allocated).toEqual([
      { driver: 'd', pool: 'p', device: 'gpu-0' },
    ]);
  });

  it('may be parts of one machine, tainted, or of a node of their own', () => {
    const consumesCounters = [{ counterSet: 'gpu-0', counters: { memory: { value: '10Gi' } } }];
    const taints = [{ key: 'broken', effect: 'NoExecute' }];
    const devices = [
      { name: 'part', consumesCounters },
      { name: 'sick', taints },
      { name: 'own', nodeName: 'b' },
    ];
    const sharedCounters = [{ name: 'gpu-0', counters: { memory: { value: '40Gi' } } }];
    expect(parseResourceSlice({ metadata, spec: { driver: 'd', pool, devices, sharedCounters } })).toMatchObject({
      counters: { 'gpu-0/memory': '40Gi' },
      devices: [{ consumes: { 'gpu-0/memory': '10Gi' }, nodeName: null }, { tainted: true }, { nodeName: 'b' }],
    });
  });

  it('are of classes that select them', () => {
    expect(parseDeviceClass({ metadata, spec: { selectors: [cel] } }).selectors).toEqual(['device.driver == "x"']);
    expect(parseDeviceClass({ metadata }).selectors).toEqual([]);
  });
});
