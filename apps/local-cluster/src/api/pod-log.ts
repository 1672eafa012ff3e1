import type { ServerResponse } from 'node:http';
import type { LogQuery, LogReader } from '../kubelet/log-reader';
import { isPodFinished, type Pod } from '../objects/pod';
import type { ObjectStore } from '../store/object-store';
import { ApiError } from './api-error';
import { numberOf } from './list';

const FOLLOW_POLL_MS = 100;

/** `GET …/pods/<name>/log`: what the container wrote, and with `follow` what it writes until it ends. */
export async function streamPodLog(
  { logs, store }: { logs: LogReader; store: ObjectStore },
  pod: Pod,
  query: URLSearchParams,
  response: ServerResponse,
): Promise<void> {
  const container = pod.spec.containers[0]?.name ?? '';
  const asked = query.get('container') ?? '';
  if (asked !== '' && asked !== container) {
    throw new ApiError('BadRequest', `container ${asked} is not valid for pod ${pod.metadata.name}`);
  }
  if (query.get('previous') === 'true') {
    throw new ApiError('BadRequest', `previous terminated container "${container}" in pod "${pod.metadata.name}" not found`);
  }
  const follow = query.get('follow') === 'true';
  const wanted = queryOf(query);
  const state = pod.status.containerStatuses?.[0]?.state;
  if (state?.running === undefined && state?.terminated === undefined) {
    const reason = state?.waiting?.reason ?? 'ContainerCreating';
    throw new ApiError('BadRequest', `container "${container}" in pod "${pod.metadata.name}" is waiting to start: ${reason}`);
  }
  const { text, next } = await logs.read(pod.metadata.uid, wanted);
  response.writeHead(200, { 'content-type': 'text/plain' });
  response.write(text);
  if (follow) await followLog(logs, store, pod, wanted, next, response);
  response.end();
}

async function followLog(
  logs: LogReader,
  store: ObjectStore,
  pod: Pod,
  query: LogQuery,
  from: number,
  response: ServerResponse,
): Promise<void> {
  const { namespace = '', name, uid } = pod.metadata;
  for (let next = from; !response.destroyed;) {
    const now = store.get('pods', namespace, name);
    const isOver = now === undefined || now.metadata.uid !== uid || isPodFinished(now);
    const part = await logs.readFrom(uid, next, query, isOver);
    if (part.text !== '') response.write(part.text);
    next = part.next;
    if (isOver) return;
    await new Promise((resolve) => setTimeout(resolve, FOLLOW_POLL_MS));
  }
}

function queryOf(query: URLSearchParams): LogQuery {
  const sinceSeconds = numberOf(query, 'sinceSeconds');
  const sinceTime = query.get('sinceTime');
  if (sinceTime !== null && Number.isNaN(Date.parse(sinceTime)))
    throw new ApiError('BadRequest', `sinceTime is no time: ${sinceTime}`);
  return {
    tailLines: numberOf(query, 'tailLines'),
    limitBytes: numberOf(query, 'limitBytes'),
    sinceMs: sinceSeconds !== null ? Date.now() - sinceSeconds * 1_000 : sinceTime !== null ? Date.parse(sinceTime) : null,
    timestamps: query.get('timestamps') === 'true',
  };
}
