import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { z } from 'zod';
import { ApiError } from '../api/api-error';
import { authenticate, type Tokens } from '../api/credentials';
import { readBody, sendError, sendJson } from '../api/http-exchange';
import type { WorkflowController } from '../controller/workflow-controller';
import { faultSchema, type Faults } from '../faults/faults';
import type { Kubelet } from '../kubelet/kubelet';
import type { CloudPool } from '../scheduler/cloud-pool';
import type { NodeControl } from '../scheduler/node-control';
import type { ObjectStore } from '../store/object-store';
import { stateOf } from './state';

export interface AdminParts {
  store: ObjectStore;
  faults: Faults;
  kubelet: Kubelet;
  controller: WorkflowController;
  nodes: NodeControl;
  pool: CloudPool | null;
  tokens: Tokens;
  namespace: string;
  name: string;
}

const killSchema = z.strictObject({ mode: z.enum(['container', 'lost']).default('container') });
const capacitySchema = z.strictObject({
  nodesMax: z.number().int().nonnegative().optional(),
  bootDelayMs: z.number().int().nonnegative().optional(),
  idleTtlMs: z.number().int().nonnegative().optional(),
  insufficientCapacity: z.boolean().optional(),
  neverJoins: z.boolean().optional(),
});

type Handler = (name: string, body: unknown) => Promise<object> | object;

/** Faults on demand, and a look inside: for tests, demonstrations and the curious. Never on the port of the API. */
export class AdminServer {
  private server: Server | null = null;
  private readonly routes: readonly (readonly [method: string, path: RegExp, handle: Handler])[];

  constructor(private readonly parts: AdminParts) {
    const { faults, controller, nodes } = parts;
    this.routes = [
      ['GET', /^\/state$/, () => stateOf(parts)],
      ['GET', /^\/faults$/, () => ({ faults: faults.list() })],
      ['POST', /^\/faults$/, (_, body) => faults.add(parse(faultSchema, body))],
      ['DELETE', /^\/faults$/, () => (faults.clear(), { faults: [] })],
      ['DELETE', /^\/faults\/(\d+)$/, (id) => (faults.remove(Number(id)), { faults: faults.list() })],
      ['POST', /^\/pods\/([^/]+)\/kill$/, (name, body) => this.killPod(name, parse(killSchema, body ?? {}).mode)],
      ['POST', /^\/controller\/kill$/, () => (controller.stop(), { running: false })],
      ['POST', /^\/controller\/start$/, () => (controller.start(), { running: true })],
      ['POST', /^\/nodes\/([^/]+)\/cordon$/, (name) => known(nodes.cordon(name, true), name)],
      ['POST', /^\/nodes\/([^/]+)\/uncordon$/, (name) => known(nodes.cordon(name, false), name)],
      ['POST', /^\/nodes\/([^/]+)\/down$/, async (name) => known(await nodes.down(name), name)],
      ['POST', /^\/nodes\/([^/]+)\/up$/, (name) => known(nodes.up(name), name)],
      ['POST', /^\/nodes\/([^/]+)\/announce-interruption$/, (name) => this.interrupt(name)],
      ['POST', /^\/nodes\/([^/]+)\/remove$/, (name) => this.removeNode(name)],
      ['POST', /^\/capacity$/, (_, body) => this.changeCapacity(parse(capacitySchema, body))],
    ];
  }

  listen(host: string, port: number): Promise<number> {
    const server = createServer((request, response) => void this.serve(request, response));
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, () => {
        this.server = server;
        const address = server.address();
        resolve(typeof address === 'object' && address !== null ? address.port : port);
      });
    });
  }

  async close(): Promise<void> {
    const { server } = this;
    if (server === null) return;
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      authenticate(request.headers.authorization, this.parts.tokens);
      const { pathname } = new URL(request.url ?? '/', 'http://admin');
      const found = this.routes.find(([method, path]) => method === request.method && path.test(pathname));
      if (found === undefined) throw new ApiError('NotFound', `nothing answers ${request.method ?? ''} ${pathname}`);
      const [, path, handle] = found;
      const body = await readBody(request, 'json');
      const answer = await handle(decodeURIComponent(path.exec(pathname)?.[1] ?? ''), body);
      await this.parts.store.durable();
      sendJson(response, 200, answer);
    } catch (error) {
      sendError(response, error);
    }
  }

  private async killPod(name: string, mode: 'container' | 'lost'): Promise<object> {
    const { store, kubelet, namespace } = this.parts;
    const pod = store.get('pods', namespace, name);
    if (pod === undefined) throw new ApiError('NotFound', `pods "${name}" not found`);
    if (!(await kubelet.kill(pod.metadata.uid, mode === 'container' ? 'Error' : null))) {
      throw new ApiError('Conflict', `pod "${name}" is ${pod.status.phase} and has no process`);
    }
    return { killed: name, mode };
  }

  private interrupt(name: string): object {
    const { nodes, pool } = this.parts;
    const answer = known(nodes.announceInterruption(name), name);
    pool?.interrupt(name);
    return answer;
  }

  private async removeNode(name: string): Promise<object> {
    const { pool, store } = this.parts;
    if (pool === null) throw new ApiError('BadRequest', 'only a cluster with a pool can lose a node for good; use down');
    known(store.get('nodes', '', name) !== undefined, name);
    await pool.remove(name);
    return { removed: name };
  }

  private changeCapacity(change: z.infer<typeof capacitySchema>): object {
    const { pool } = this.parts;
    if (pool === null) throw new ApiError('BadRequest', 'this cluster has fixed nodes and no pool');
    pool.change(Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined)));
    return change;
  }
}

function known(found: boolean, name: string): object {
  if (!found) throw new ApiError('NotFound', `nodes "${name}" not found`);
  return { node: name };
}

function parse<Schema extends z.ZodType>(schema: Schema, body: unknown): z.infer<Schema> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw new ApiError(
    'Invalid',
    parsed.error.issues.map(({ path, message }) => `${path.join('.') || '(whole)'}: ${message}`).join(', '),
  );
}
