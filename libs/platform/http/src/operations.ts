import { fastify as createFastify, type FastifyInstance } from 'fastify';
import type { Metrics } from '@stead/platform/metrics';

export interface OperationsOptions {
  name: string;
  metrics: Metrics;
  /** Dependencies that must answer before traffic may come: name and a check that throws. */
  readiness: Readonly<Record<string, () => Promise<unknown>>>;
}

/** What whoever runs a process asks it: is it alive, can it work, what has it counted. */
export function installOperations(fastify: FastifyInstance, { name: service, metrics, readiness }: OperationsOptions): void {
  fastify.get('/healthz', () => ({ service, status: 'ok' }));
  fastify.get('/readyz', async (_request, reply) => {
    const checks = await Promise.all(
      Object.entries(readiness).map(async ([name, check]) => {
        try {
          await check();
          return { name, ok: true };
        } catch (error) {
          return { name, ok: false, detail: error instanceof Error ? error.message : 'failed' };
        }
      }),
    );
    const ok = checks.every((check) => check.ok);
    return reply.status(ok ? 200 : 503).send({ service, status: ok ? 'ready' : 'not-ready', checks });
  });
  fastify.get('/metrics', async (_request, reply) =>
    reply.type(metrics.registry.contentType).send(await metrics.registry.metrics()),
  );
}

export interface OperationsServer {
  url: string;
  close(): Promise<void>;
}

/** The same for a process that serves nothing else. */
export async function serveOperations(options: OperationsOptions, host: string, port: number): Promise<OperationsServer> {
  const fastify = createFastify({ forceCloseConnections: true });
  installOperations(fastify, options);
  return { url: await fastify.listen({ host, port }), close: () => fastify.close() };
}
