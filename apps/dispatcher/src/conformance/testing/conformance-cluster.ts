import { join, resolve } from 'node:path';
import { TestCluster } from '../../testing/test-cluster';

export const CONFORMANCE_TEMPLATE = resolve(__dirname, '../../../../../deploy/argo/conformance-v1.yaml');

/** A local cluster on which the conformance tool can run, with the template applied or without it. */
export function conformanceCluster(folder: string, name: string, options: { template: boolean }): TestCluster {
  return new TestCluster({
    ...{ name, folder: join(folder, name), pipelines: [], podEnv: {}, slots: 8 },
    env: {
      // The container's own command follows: `env sh -c …`.
      CLUSTER_IMAGES: JSON.stringify({ 'busybox:1.37': { command: ['env'] } }),
      CLUSTER_MANIFESTS: options.template ? CONFORMANCE_TEMPLATE : '',
    },
  });
}
