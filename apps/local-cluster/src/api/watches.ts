import type { ServerResponse } from 'node:http';
import type { Faults } from '../faults/faults';
import type { ObjectStore } from '../store/object-store';
import { ApiError, toApiError } from './api-error';
import type { Lister } from './list';
import type { Form } from './present';
import type { Route } from './route';
import { Watch, type WatchGate } from './watch';

const WATCHES_MAX = 1_000;

/** All watches that are open, and what faults do to them. */
export class Watches {
  private readonly open = new Map<Watch, string>();
  private readonly gate: WatchGate;

  constructor(
    private readonly parts: { store: ObjectStore; faults: Faults; now: () => number; bookmarkEveryMs: number },
    private readonly lister: Lister,
  ) {
    this.gate = {
      frozen: ({ plural }) => parts.faults.isOn('freeze-watch', 'watch', plural),
      onThaw: (listener) => parts.faults.onChange(listener),
    };
    parts.faults.onChange(() => this.endForgotten());
  }

  async serve(
    where: Extract<Route, { kind: 'collection' | 'object' }>,
    query: URLSearchParams,
    form: Form,
    response: ServerResponse,
  ): Promise<void> {
    if (this.open.size >= WATCHES_MAX)
      throw new ApiError('TooManyRequests', `at most ${WATCHES_MAX} watches`, { retryAfterSeconds: 1 });
    if (where.kind === 'object') query.set('fieldSelector', `metadata.name=${where.name}`);
    const { resource } = where;
    const namespace = resource.namespaced && where.namespace !== '' ? where.namespace : null;
    const sink = { write: (lines: string) => writeAll(response, lines), end: () => response.end() };
    const watch = new Watch(this.parts.store, this.gate, { resource, namespace, query, form, sink }, this.parts);
    this.open.set(watch, resource.plural);
    response.on('close', () => {
      watch.stop();
      this.open.delete(watch);
    });
    const gone = this.parts.faults.strike(['gone-410'], 'watch', resource.plural);
    response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-cache, private' });
    response.flushHeaders();
    try {
      if (gone !== null) throw forgotten();
      await watch.start();
    } catch (error) {
      // Once the stream is open, errors are events in it.
      watch.fail(toApiError(error));
    }
  }

  closeAll(): void {
    for (const watch of this.open.keys()) watch.stop();
    this.open.clear();
  }

  private endForgotten(): void {
    for (const [watch, plural] of [...this.open]) {
      if (!this.parts.faults.isOn('gone-410', 'watch', plural)) continue;
      this.lister.expireAll();
      watch.fail(forgotten());
    }
  }
}

function forgotten(): ApiError {
  return new ApiError('Expired', 'too old resource version (a fault on demand)');
}

async function writeAll(response: ServerResponse, text: string): Promise<void> {
  if (response.destroyed || response.write(text)) return;
  await new Promise<void>((resolve) => {
    const done = (): void => {
      response.off('drain', done).off('close', done);
      resolve();
    };
    response.on('drain', done).on('close', done);
  });
}
