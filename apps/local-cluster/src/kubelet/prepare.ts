import type { Pod } from '../objects/pod';
import type { ObjectStore } from '../store/object-store';
import { environmentOf, EnvironmentIncomplete, expand } from './environment';
import { findImage, type Images } from './images';
import type { PodFolder } from './pod-folder';

export type Prepared =
  | { kind: 'ready'; command: string[]; env: Record<string, string>; cwd: string | undefined }
  /** It cannot start yet, for a reason that Kubernetes has a name for. */
  | { kind: 'waiting'; reason: 'ImagePullBackOff' | 'CreateContainerConfigError'; message: string };

export interface PrepareParts {
  store: ObjectStore;
  images: Images;
  /** What every container finds in its environment, below its own variables. */
  podEnv: Readonly<Record<string, string>>;
}

/** What is to be run for a pod, and with which environment. */
export function prepare({ store, images, podEnv }: PrepareParts, pod: Pod, folder: PodFolder): Prepared {
  const container = pod.spec.containers[0];
  if (container === undefined) throw new Error('a pod has a container');
  const image = findImage(images, container.image);
  if (image === undefined) {
    const known = Object.keys(images).join(', ') || 'none';
    return {
      kind: 'waiting',
      reason: 'ImagePullBackOff',
      message: `Back-off pulling image "${container.image}"; images of this cluster: ${known}`,
    };
  }
  const { namespace = '', name, uid } = pod.metadata;
  try {
    const own = environmentOf(pod, container, {
      secret: (secret) => store.get('secrets', namespace, secret),
      configMap: (map) => store.get('configmaps', namespace, map),
    });
    const given = { ARGO_PROGRESS_FILE: folder.progress, HOSTNAME: name, STEAD_POD_UID: uid };
    const env = { ...podEnv, ...image.env, ...own, ...given };
    const command = [
      ...image.command,
      ...[...(container.command ?? []), ...(container.args ?? [])].map((word) => expand(word, env)),
    ];
    return { kind: 'ready', command, env, cwd: container.workingDir ?? image.cwd };
  } catch (error) {
    if (!(error instanceof EnvironmentIncomplete)) throw error;
    return { kind: 'waiting', reason: 'CreateContainerConfigError', message: error.message };
  }
}
