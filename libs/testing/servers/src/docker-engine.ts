import { existsSync } from 'node:fs';
import { request, type RequestOptions } from 'node:http';

const ANSWER_TIMEOUT_MS = 3_000;

/** Whether a Docker engine answers here and already has the image: nothing is pulled, as tests also run without a network. */
export async function dockerImage(name: string): Promise<'here' | 'no-image' | 'no-engine'> {
  const status = await ask('GET', `/images/${encodeURIComponent(name)}/json`);
  if (status === 200) return 'here';
  return status === 404 ? 'no-image' : 'no-engine';
}

export async function removeContainer(id: string): Promise<void> {
  await ask('DELETE', `/containers/${id}?force=true&v=true`);
}

/** The engine's HTTP status; null when none answers. */
function ask(method: string, path: string): Promise<number | null> {
  const target = engine();
  if (target === null) return Promise.resolve(null);
  return new Promise((resolve) => {
    const call = request({ ...target, method, path, timeout: ANSWER_TIMEOUT_MS }, (response) => {
      response.resume();
      response.once('end', () => resolve(response.statusCode ?? null));
    });
    call.once('timeout', () => call.destroy());
    call.once('error', () => resolve(null));
    call.end();
  });
}

function engine(): RequestOptions | null {
  const host = process.env['DOCKER_HOST'] ?? 'unix:///var/run/docker.sock';
  if (host.startsWith('unix://')) {
    const socketPath = host.slice('unix://'.length);
    return existsSync(socketPath) ? { socketPath } : null;
  }
  if (!host.startsWith('tcp://')) return null;
  const { hostname, port } = new URL(host);
  return { hostname, port };
}
