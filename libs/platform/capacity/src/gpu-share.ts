import type { Resources } from './capacity';
import { takes, type NodeChoice } from './node-choice';

type Labels = Readonly<Record<string, string>>;

/** `nvidia.com/gpu`, `amd.com/gpu`, slices such as `nvidia.com/mig-1g.10gb`, and each of them shared under a name of its own. */
const GPU = /^([^/]+\/(?:gpu|mig-([a-z0-9.]+?)))(\.shared)?$/;
const MIG_PROFILE = /^(\d+)g\.\d+gb/;
const MIG_PRODUCT = /-MIG-(\d+g\.\d+gb)/;
const SLICES = 7;
/** Profiles of GPUs that are cut in fewer than seven: A30 (four), RTX PRO 6000 (four). */
const OF_FEWER: Readonly<Record<string, number>> = {
  '1g.6gb': 1 / 4,
  '2g.12gb': 2 / 4,
  '4g.24gb': 1,
  '1g.24gb': 1 / 4,
  '2g.48gb': 2 / 4,
  '4g.96gb': 1,
};

/**
 * Which part of a physical GPU one unit of a resource is; null where it is none. A MIG slice is as many sevenths as its name
 * says (<https://docs.nvidia.com/datacenter/tesla/mig-user-guide/supported-mig-profiles.html>). A GPU that is shared in time is
 * counted by the kubelet once for each replica; how many there are, and whether `nvidia.com/gpu` itself stands for slices,
 * only the labels of its node tell (<https://github.com/NVIDIA/k8s-device-plugin#shared-access-to-gpus>).
 */
export function gpuShare(resource: string, labels: Labels = {}): number | null {
  const [, base, profile, shared] = GPU.exec(resource) ?? [];
  if (base === undefined) return null;
  const product = base === 'nvidia.com/gpu' ? MIG_PRODUCT.exec(labels['nvidia.com/gpu.product'] ?? '')?.[1] : undefined;
  const slice = profile ?? product;
  const whole = slice === undefined ? 1 : migShare(slice);
  const replicas = Number(labels[`${base}.replicas`]);
  const isShared = shared !== undefined || (labels[`${base}.sharing-strategy`] ?? 'unsaid') !== 'none';
  return isShared && replicas > 1 ? whole / replicas : whole;
}

export function migShare(profile: string): number {
  const [name = '', slices = '7'] = MIG_PROFILE.exec(profile) ?? [];
  return Math.min(1, OF_FEWER[name] ?? Number(slices) / SLICES);
}

interface LabelledNode {
  labels: Labels;
  taints: Parameters<typeof takes>[0]['taints'];
  allocatable: Resources;
}

/**
 * A request with its GPUs counted in parts of physical ones, as they are on the nodes that take the pod; on the largest part
 * where these differ, so that nobody is charged too little.
 */
export function inPhysicalGpus(request: Resources, choice: NodeChoice, nodes: readonly LabelledNode[]): Resources {
  return Object.fromEntries(
    Object.entries(request).map(([name, amount]) => {
      if (gpuShare(name) === null) return [name, amount];
      const there = nodes.filter((node) => (node.allocatable[name] ?? 0) > 0 && takes(node, choice));
      // What the name alone says is applied by whoever reads the name: only what the nodes add to it is applied here.
      const byName = gpuShare(name) ?? 1;
      const shares = there.map(({ labels }) => (gpuShare(name, labels) ?? byName) / byName);
      return [name, shares.length === 0 ? amount : amount * Math.max(...shares)];
    }),
  );
}
