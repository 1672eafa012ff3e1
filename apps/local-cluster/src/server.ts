import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { AdminServer } from './admin/admin-server';
import { ApiServer } from './api/api-server';
import { hostEnvironment } from './config';
import { WorkflowController } from './controller/workflow-controller';
import { Faults } from './faults/faults';
import { loadIdentity, saveIdentity, tokensOf, writeKubeconfig } from './kubeconfig';
import { Kubelet } from './kubelet/kubelet';
import { LogReader } from './kubelet/log-reader';
import { applyManifests, applySecrets } from './manifests';
import type { LocalCluster, LocalClusterOptions } from './options';
import { CloudPool } from './scheduler/cloud-pool';
import { syncFixedNodes } from './scheduler/fixed-nodes';
import { NodeControl } from './scheduler/node-control';
import { Scheduler } from './scheduler/scheduler';
import { EventRecorder } from './store/event-recorder';
import { claimFolder } from './store/folder-owner';
import { ObjectStore } from './store/object-store';
import { systemCode } from './system-error';

const NAMESPACE = 'stead';
const POLL_MS = 500;
const BOOKMARK_MS = 60_000;
const LOG_BYTES_MAX = 10 * 1024 * 1024;

/** A Kubernetes and Argo Workflows API over this machine: containers are processes, nodes are numbers. */
export async function startLocalCluster(options: LocalClusterOptions): Promise<LocalCluster> {
  if (options.nodes !== undefined && options.pool !== undefined) throw new Error('a cluster has either fixed nodes or a pool');
  const { host = '127.0.0.1', namespace = NAMESPACE, now = Date.now } = options;
  const folder = resolve(options.folder);
  await mkdir(join(folder, 'pods'), { recursive: true, mode: 0o700 });
  const release = await claimFolder(folder);
  const undo: (() => void | Promise<void>)[] = [release];
  const unwind = async (): Promise<void> => {
    for (let step = undo.pop(); step !== undefined; step = undo.pop()) await step();
  };
  try {
    const identity = await loadIdentity(folder, options.token, host, now());
    const store = await ObjectStore.open(folder, {
      now,
      ...(options.eventsMax !== undefined && { eventsMax: options.eventsMax }),
    });
    undo.push(() => store.close());
    const isNew = store.revision === 1;
    const events = new EventRecorder(store, 'default', now);
    ensureNamespaces(store, ['default', 'kube-system', namespace]);
    applySecrets(store, options.secrets ?? {}, namespace, now);
    await applyManifests(store, options.manifests ?? [], namespace, now);
    // Nobody has seen the revisions in which a new cluster set itself up; no server could go on from before its beginning.
    if (isNew) store.events.forgetUntil(store.revision);

    const kubelet = new Kubelet({
      store,
      events,
      folder,
      images: options.images,
      podEnv: { ...(options.hostEnv ?? hostEnvironment()), ...options.podEnv },
      now,
      pollEveryMs: options.pollEveryMs ?? POLL_MS,
      logBytesMax: options.logBytesMax ?? LOG_BYTES_MAX,
    });
    const nodes = new NodeControl({ store, kubelet, events, now });
    const pool =
      options.pool === undefined
        ? null
        : new CloudPool({ store, events, now, loseContainers: (name) => nodes.loseContainers(name) }, options.pool);
    if (pool === null) syncFixedNodes(store, options.nodes ?? [], now());
    const scheduler = new Scheduler({ store, events, now }, (pods) => pool?.consider(pods));
    const controller = new WorkflowController({
      ...{ store, events, now, instanceId: options.instanceId },
      terminate: (pod) => void kubelet.terminate(pod),
    });
    const faults = new Faults();
    const tokens = { ...tokensOf(identity), ...(options.grants !== undefined && { grants: options.grants }) };
    const parts = {
      store,
      faults,
      logs: new LogReader(folder),
      tokens,
      tls: identity.tls,
      namespace,
      absent: new Set(pool === null ? ['karpenter.sh'] : []),
      now,
      bookmarkEveryMs: options.bookmarkEveryMs ?? BOOKMARK_MS,
    };
    const api = new ApiServer(parts);
    const admin = new AdminServer({ store, faults, kubelet, controller, nodes, pool, tokens, namespace, name: options.name });

    // A start that fails ends nothing that an earlier server had started.
    let leaveRunning = true;
    undo.push(() => kubelet.stop(leaveRunning));
    await kubelet.start();
    undo.push(() => {
      controller.stop();
      scheduler.stop();
      pool?.stop();
    });
    pool?.start();
    scheduler.start();
    controller.start();
    undo.push(() => faults.clear());
    const port = await listen(options.port, identity.port, (wanted) => api.listen(host, wanted));
    undo.push(() => api.close());
    const adminPort = await listen(options.adminPort, identity.adminPort, (wanted) => admin.listen(host, wanted));
    undo.push(() => admin.close());
    await saveIdentity(folder, { ...identity, port, adminPort });
    await store.durable();

    const at = host.includes(':') ? `[${host}]` : host;
    const url = `http://${at}:${port}`;
    // kubectl sends a token over TLS only.
    const about = { name: options.name, url: `https://${at}:${port}`, namespace, certificatePem: identity.tls.certificatePem };
    const kubeconfigPath = await writeKubeconfig(join(folder, 'kubeconfig'), {
      ...about,
      user: 'dispatcher',
      token: tokens.dispatcher,
    });
    const adminKubeconfigPath = await writeKubeconfig(join(folder, 'admin.kubeconfig'), {
      ...about,
      user: 'admin',
      token: tokens.admin,
    });
    return {
      url,
      adminUrl: `http://${at}:${adminPort}`,
      kubeconfigPath,
      adminKubeconfigPath,
      close: async (how = {}) => {
        leaveRunning = how.leaveRunning ?? false;
        await unwind();
      },
    };
  } catch (error) {
    await unwind();
    throw error;
  }
}

/** The port that was asked for; or the one of last time, so that clients find the server again; or any free one. */
async function listen(wanted: number, last: number, open: (port: number) => Promise<number>): Promise<number> {
  if (wanted !== 0 || last === 0) return open(wanted);
  try {
    return await open(last);
  } catch (error) {
    if (systemCode(error) !== 'EADDRINUSE') throw error;
    return open(0);
  }
}

function ensureNamespaces(store: ObjectStore, names: readonly string[]): void {
  for (const name of names) {
    if (store.get('namespaces', '', name) !== undefined) continue;
    store.create('namespaces', {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name, labels: { 'kubernetes.io/metadata.name': name } },
      spec: { finalizers: ['kubernetes'] },
      status: { phase: 'Active' },
    });
  }
}

export type { LocalCluster, LocalClusterOptions } from './options';
