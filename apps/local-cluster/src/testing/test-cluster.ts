import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startLocalCluster, type LocalCluster, type LocalClusterOptions } from '../server';

const GIB = 1024 ** 3;
export const NAMESPACE = 'stead';

/** A cluster in a folder of its own, whose image `sh` runs a script: `command: [sh image], args: [script]`. */
export interface TestCluster {
  cluster: LocalCluster;
  folder: string;
  /** The admin port, with the admin's token. */
  admin: (method: string, path: string, body?: object) => Promise<unknown>;
  /** The API over plain HTTP, as the admin or as the dispatcher. */
  api: (
    method: string,
    path: string,
    body?: object,
    more?: { as?: 'admin' | 'dispatcher'; headers?: Record<string, string> },
  ) => Promise<ApiAnswer>;
  restart: (how?: { leaveRunning?: boolean }) => Promise<void>;
  close: () => Promise<void>;
}

export interface ApiAnswer {
  status: number;
  // What an API answers is checked by the expectations of the test.
  body: Record<string, unknown>;
}

export async function startTestCluster(options: Partial<LocalClusterOptions> = {}): Promise<TestCluster> {
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'local-cluster-')));
  const capacity = options.pool === undefined ? { nodes: [{ name: 'node-1', cpu: 16, memoryBytes: 64 * GIB, gpus: 2 }] } : {};
  const all: LocalClusterOptions = {
    name: 'onprem',
    folder,
    port: 0,
    adminPort: 0,
    images: { sh: { command: ['/bin/sh', '-c'] } },
    podEnv: {},
    pollEveryMs: 50,
    ...capacity,
    ...options,
  };
  let cluster = await startLocalCluster(all);
  const tokens = await tokensOf(folder);
  const test: TestCluster = {
    cluster,
    folder,
    admin: async (method, path, body) => {
      const answer = await call(`${cluster.adminUrl}${path}`, method, tokens.admin, body);
      if (answer.status !== 200) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
      return answer.body;
    },
    api: (method, path, body, { as = 'admin', headers = {} } = {}) =>
      call(`${cluster.url}${path}`, method, tokens[as], body, headers),
    restart: async (how) => {
      await cluster.close(how);
      cluster = await startLocalCluster(all);
      test.cluster = cluster;
    },
    close: async () => {
      await cluster.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
  return test;
}

export async function tokensOf(folder: string): Promise<{ admin: string; dispatcher: string }> {
  const identity = JSON.parse(await readFile(join(folder, 'identity.json'), 'utf8')) as {
    adminToken: string;
    dispatcherToken: string;
  }; // written by the cluster
  return { admin: identity.adminToken, dispatcher: identity.dispatcherToken };
}

async function call(
  url: string,
  method: string,
  token: string,
  body?: object,
  headers: Record<string, string> = {},
): Promise<ApiAnswer> {
  const response = await fetch(url, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', connection: 'close', ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.startsWith('application/json') === true;
  return { status: response.status, body: isJson ? (JSON.parse(text) as Record<string, unknown>) : { text } };
}
