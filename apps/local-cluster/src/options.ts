import type { Rules } from './api/role';
import type { Images } from './kubelet/images';
import type { FixedNode } from './scheduler/fixed-nodes';
import type { CloudPoolOptions } from './scheduler/cloud-pool';

export interface LocalClusterOptions {
  /** Stands in the kubeconfig as the name of the context. */
  name: string;
  /** Objects, logs and the kubeconfig live here. Created when it is missing; one cluster per folder. */
  folder: string;
  host?: string;
  /** 0 takes a free port, and the same one again after a restart if it is still free. */
  port: number;
  adminPort: number;
  namespace?: string;
  /** Of the workflow controller, which then takes only workflows that are labelled with it. */
  instanceId?: string;
  /** The dispatcher's bearer token; generated and kept in the folder when it is not given. */
  token?: string;
  /** The machines, as they are; or `pool`. */
  nodes?: readonly FixedNode[];
  /** Machines that come when pods wait and go when they are idle. */
  pool?: CloudPoolOptions;
  images: Images;
  podEnv: Readonly<Record<string, string>>;
  /** What a process needs of this machine to run at all: PATH and the like. By default the server's own. */
  hostEnv?: Readonly<Record<string, string>>;
  /** YAML files whose objects are applied at every start. */
  manifests?: readonly string[];
  /** What the dispatcher's token may do beyond the Role that it has everywhere: verbs by resource. */
  grants?: Rules;
  secrets?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  now?: () => number;
  pollEveryMs?: number;
  bookmarkEveryMs?: number;
  logBytesMax?: number;
  /** How many changes a watch may be behind before it is answered with 410. */
  eventsMax?: number;
}

export interface LocalCluster {
  url: string;
  adminUrl: string;
  kubeconfigPath: string;
  adminKubeconfigPath: string;
  /** Stops the server and ends every container, or leaves these for the next server to find. */
  close(options?: { leaveRunning?: boolean }): Promise<void>;
}
