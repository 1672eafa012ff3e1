import { gpuShare, inPhysicalGpus } from './gpu-share';
import { GPU } from './testing/cloud.builder';

const sliced = { 'nvidia.com/gpu.replicas': '4', 'nvidia.com/gpu.sharing-strategy': 'time-slicing', 'nvidia.com/gpu.count': '1' };

describe('which part of a physical GPU a resource is', () => {
  it.each<[string, string, Record<string, string>, number | null]>([
    ['a whole one', GPU, {}, 1],
    ['a whole one of another make', 'amd.com/gpu', {}, 1],
    ['as much as the name of the slice says', 'nvidia.com/mig-1g.10gb', {}, 1 / 7],
    ['as much as the name of the slice says, media engines or not', 'nvidia.com/mig-3g.40gb.me', {}, 3 / 7],
    ['all of it, where the slice is the whole', 'nvidia.com/mig-7g.80gb', {}, 1],
    ['a quarter of an A30', 'nvidia.com/mig-1g.6gb', {}, 1 / 4],
    [
      'a slice where all GPUs of the node are cut alike',
      GPU,
      { 'nvidia.com/gpu.product': 'NVIDIA-A100-SXM4-40GB-MIG-1g.5gb' },
      1 / 7,
    ],
    ['one of its replicas', GPU, sliced, 1 / 4],
    ['one of its replicas, under a name of its own', 'nvidia.com/gpu.shared', sliced, 1 / 4],
    ['one of the replicas of a slice', 'nvidia.com/mig-1g.5gb.shared', { 'nvidia.com/mig-1g.5gb.replicas': '2' }, 1 / 14],
    [
      'a whole one where nothing is shared',
      GPU,
      { 'nvidia.com/gpu.replicas': '1', 'nvidia.com/gpu.sharing-strategy': 'none' },
      1,
    ],
    // A value that some versions give for the number of GPUs.
    [
      'a whole one where four of them are not shared',
      GPU,
      { 'nvidia.com/gpu.replicas': '4', 'nvidia.com/gpu.sharing-strategy': 'none' },
      1,
    ],
    ['none, for anything else', 'cpu', sliced, null],
    ['none, for a device that is no GPU', 'rdma/hca', {}, null],
  ])('is %s', (_name, resource, labels, want) => {
    const share = gpuShare(resource, labels);
    if (want === null) expect(share).toBeNull();
    else expect(share).toBeCloseTo(want, 10);
  });
});

describe('a request in physical GPUs', () => {
  const choice = { nodeSelector: {}, tolerations: [], affinity: undefined };
  const node = (labels: Record<string, string>, allocatable: Record<string, number> = { [GPU]: 4 }) => ({
    labels,
    taints: [],
    allocatable,
  });

  it('is what it is on the nodes that take the pod, on the largest part where these differ', () => {
    expect(inPhysicalGpus({ cpu: 2, [GPU]: 1 }, choice, [node(sliced)])).toEqual({ cpu: 2, [GPU]: 0.25 });
    expect(inPhysicalGpus({ [GPU]: 1 }, choice, [node(sliced), node({})])).toEqual({ [GPU]: 1 });
    expect(inPhysicalGpus({ [GPU]: 1 }, choice, [node(sliced), node({}, { cpu: 4 })])).toEqual({ [GPU]: 0.25 });
    const onlyShared = { ...choice, nodeSelector: { 'nvidia.com/gpu.sharing-strategy': 'time-slicing' } };
    expect(inPhysicalGpus({ [GPU]: 2 }, onlyShared, [node(sliced), node({})])).toEqual({ [GPU]: 0.5 });
  });

  it('is what it says where no node is there', () => {
    expect(inPhysicalGpus({ [GPU]: 2 }, choice, [])).toEqual({ [GPU]: 2 });
  });
});
