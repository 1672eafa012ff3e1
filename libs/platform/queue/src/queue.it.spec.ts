import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import { Controller, type INestMicroservice } from '@nestjs/common';
import { firstValueFrom, of } from 'rxjs';
import { cancelRun, runProgressed } from '@stead/contracts/dispatcher';
import { defineErrors } from '@stead/platform/errors';
import { createLogger, currentContext } from '@stead/platform/logging';
import { createMetrics } from '@stead/platform/metrics';
import { until } from '@stead/testing/servers';
import { Handles } from './handles';
import { QueueHouse, anEnvelope } from './testing/queue-house';
import { startWorker } from './worker';

const ROOT = resolve(__dirname, '../../../..');
const specError = defineErrors('spec', {
  gone: { kind: 'not-found', title: 'Gone' },
  later: { kind: 'conflict', title: 'Not yet' },
});

let house: QueueHouse;
let worker: INestMicroservice | null = null;

beforeEach(async () => {
  house = await QueueHouse.open();
});
afterEach(async () => {
  await worker?.close();
  worker = null;
  await house.close();
});

describe('a message', () => {
  it('reaches the handler parsed, with its id, its workspace and the request that caused it', async () => {
    const seen: unknown[] = [];
    worker = await house.worker((payload, context) => void seen.push({ payload, context, log: currentContext() }));
    const { id, workspaceId, requestId, payload } = await house.send();
    await until('it is acknowledged', () => house.acksOf(id).length > 0);
    expect(seen).toEqual([
      {
        payload,
        context: { id, workspaceId, requestId, message: 'run.progressed.v1' },
        log: { requestId, workspaceId, job: 'run.progressed.v1' },
      },
    ]);
    expect(house.acksOf(id)).toEqual([{ id, receiver: 'notifications' }]);
  });

  it('leaves nothing in Redis when it is done, so that it can come again and be acknowledged again', async () => {
    worker = await house.worker(() => undefined);
    const envelope = await house.send();
    await until('it is done', async () => house.acksOf(envelope.id).length === 1 && (await house.held()) === 0);
    await house.send(envelope);
    await until('it is acknowledged again', () => house.acksOf(envelope.id).length === 2);
  });

  it('is one in the queue however often it is sent while it waits', async () => {
    const envelope = await house.send();
    await house.send(envelope);
    expect(await house.held()).toBe(1);
  });

  it.each([
    ['a promise', () => Promise.resolve('x')],
    ['a stream', () => of(1, 2, 3)],
    ['nothing', () => undefined],
  ])('is done when the handler answers with %s', async (_name, answer) => {
    worker = await house.worker(answer);
    const { id } = await house.send();
    await until('it is acknowledged', () => house.acksOf(id).length === 1);
  });

  it('is handled beside at most fifteen others', async () => {
    let [inside, most] = [0, 0];
    let open: () => void = () => undefined;
    const gate = new Promise<void>((release) => (open = release));
    worker = await house.worker(async () => {
      inside += 1;
      most = Math.max(most, inside);
      await gate;
      inside -= 1;
    });
    await Promise.all(Array.from({ length: 40 }, () => house.send()));
    await until('as many as may have begun', () => inside === 16);
    open();
    await until('all are done', async () => house.acks.length === 40 && (await house.held()) === 0);
    expect(most).toBe(16);
  });
});

describe('a handler that fails', () => {
  it('is tried again, ever later, and then the outbox learns why', async () => {
    const startedMs: number[] = [];
    worker = await house.worker(() => {
      startedMs.push(performance.now());
      throw new TypeError('cannot read the map');
    });
    const { id } = await house.send();
    await until('its tries are used up', () => house.acksOf(id).length > 0);
    expect(house.acksOf(id)).toEqual([{ id, receiver: 'notifications', failed: 'TypeError: cannot read the map' }]);
    await until('Redis has forgotten it', async () => (await house.held()) === 0);
    const waitsMs = startedMs.slice(1).map((ms, i) => ms - (startedMs[i] ?? 0));
    expect(waitsMs).toHaveLength(4);
    for (const [i, ms] of waitsMs.entries()) expect(ms).toBeGreaterThanOrEqual(250 * 2 ** i - 20);
  });

  it('is done when a later try succeeds, and tells nobody of the first', async () => {
    let tries = 0;
    worker = await house.worker(() => {
      tries += 1;
      if (tries < 3) throw specError.later();
    });
    const { id } = await house.send();
    await until('it is acknowledged', () => house.acksOf(id).length > 0);
    expect(house.acksOf(id)).toEqual([{ id, receiver: 'notifications' }]);
    expect(tries).toBe(3);
  });

  it('is not tried again when another try cannot help: a dead letter with its code and words', async () => {
    let tries = 0;
    worker = await house.worker(() => {
      tries += 1;
      throw specError.gone('The run was deleted');
    });
    const { id } = await house.send();
    await until('it is buried', () => house.acksOf(id).length > 0);
    await until('Redis has forgotten it', async () => (await house.held()) === 0);
    expect(house.acksOf(id)).toEqual([{ id, receiver: 'notifications', dead: 'spec/gone: The run was deleted' }]);
    expect([tries, await house.outcomes('dead'), await house.outcomes('retry')]).toEqual([1, 1, 0]);
  });

  it('with something that is no error is reported all the same', async () => {
    worker = await house.worker(() => Promise.reject('just words')); // what a careless library does
    const envelope = anEnvelope();
    await house.client.emitAll([{ receiver: 'notifications', message: { ...runProgressed, attempts: 1 }, envelope }]);
    await until('its only try is used up', () => house.acksOf(envelope.id).length > 0);
    expect(house.acksOf(envelope.id)[0]?.failed).toMatch(/just words/);
  });
});

describe('what cannot be read', () => {
  it('is buried with the field that is wrong, without reaching the handler', async () => {
    let called = false;
    worker = await house.worker(() => void (called = true));
    const { id } = await house.send({ payload: { runId: 'not an id' } });
    await until('it is buried', () => house.acksOf(id).length > 0);
    expect(house.acksOf(id)[0]?.dead).toMatch(/runId/);
    expect(called).toBe(false);
  });

  it('is buried when no handler knows its name, and the next message is handled', async () => {
    worker = await house.worker(() => undefined);
    const stranger = { ...runProgressed, name: 'run.levitated' };
    const envelope = { ...(await house.send()), id: randomUUID() };
    await house.client.emitAll([{ receiver: 'notifications', message: stranger, envelope }]);
    await until('it is buried', () => house.acksOf(envelope.id)[0]?.dead?.includes('run.levitated.v1'));
  });

  it.each([
    ['text', 'hello'],
    ['null', null],
    ['an envelope without an id', { origin: 'spec', payload: {} }],
    [
      'a workspace that is none',
      { ...{ id: randomUUID(), origin: 'spec', workspaceId: '../x', requestId: 'r', at: 'now', payload: {} } },
    ],
  ])('is thrown away at the first look when it is no envelope: %s', async (_name, data) => {
    worker = await house.worker(() => undefined);
    await house.queue.add('run.progressed.v1', data, { attempts: 5, backoff: { type: 'custom', delay: 10 } });
    await until('it is gone', async () => (await house.held()) === 0);
    expect([await house.outcomes('dead'), await house.outcomes('retry')]).toEqual([1, 0]);
    const { id } = await house.send();
    await until('the next one is handled', () => house.acksOf(id).length === 1);
  });
});

describe('a worker', () => {
  it('that is closed finishes what it has begun and takes nothing more', async () => {
    const order: string[] = [];
    let open: () => void = () => undefined;
    const gate = new Promise<void>((release) => (open = release));
    const closing = await house.worker(async () => {
      order.push('begun');
      await gate;
      order.push('finished');
    }, 1);
    const { id } = await house.send();
    await until('it has begun', () => order.length > 0);
    const closed = closing.close().then(() => order.push('closed'));
    await house.send();
    open();
    await closed;
    expect(order).toEqual(['begun', 'finished', 'closed']);
    await until('it is acknowledged', () => house.acksOf(id).length === 1);
    expect(await house.queue.getJobCountByTypes('waiting')).toBe(1);
    expect(await house.queue.getJobCountByTypes('active')).toBe(0);
  });

  it('goes on when Redis is emptied under it, idle or at work', async () => {
    let open: () => void = () => undefined;
    const gate = new Promise<void>((release) => (open = release));
    let begun = 0;
    worker = await house.worker(() => {
      begun += 1;
      return begun === 1 ? gate : undefined;
    });
    const first = await house.send();
    await until('it has begun', () => begun === 1);
    await house.fresh.flush();
    open();
    await until('its work is told although Redis knows nothing of it', () => house.acksOf(first.id).length === 1);
    await house.fresh.flush();
    const second = await house.send();
    await until('the next one is handled', () => house.acksOf(second.id).length === 1);
  });

  it('that is killed loses nothing, nor does the next one that is: a third takes the message', async () => {
    const { id } = await house.send();
    for (const nth of ['first', 'second']) {
      const { child, took } = hangingWorker(house.fresh.url);
      await until(`the ${nth} has taken it`, () => took().includes(id), 30_000);
      const ended = new Promise((done) => child.once('exit', done));
      child.kill('SIGKILL');
      await ended;
      // Its lock runs out; the others look for such messages every five seconds.
      await house.redis.del(`stead:svc.notifications:${id}:lock`, 'stead:svc.notifications:stalled-check');
    }
    const seen: string[] = [];
    worker = await house.worker((_payload, context) => void seen.push(context.id));
    await until('the third has done it', () => house.acksOf(id).length === 1);
    expect(seen).toEqual([id]);
    await until('nothing is left', async () => (await house.held()) === 0);
  });

  it.each([
    ['lacks a handler', [runProgressed, cancelRun], /without a handler \[run\.cancel\.v1\]/],
    ['has one that nobody needs', [], /unknown \[run\.progressed\.v1\]/],
  ])('does not start when it %s', async (_name, messages, words) => {
    @Controller()
    class Receiver {
      @Handles(runProgressed)
      onProgress(): void {}
    }
    class ReceiverModule {}
    await expect(refused([Receiver], ReceiverModule, messages)).rejects.toThrow(words);
  });

  it('does not start when two methods handle the same message', async () => {
    @Controller()
    class Receiver {
      @Handles(runProgressed)
      onProgress(): void {}
      @Handles(runProgressed)
      onProgressToo(): void {}
    }
    class ReceiverModule {}
    await expect(refused([Receiver], ReceiverModule, [runProgressed])).rejects.toThrow(/bound twice \[run\.progressed\.v1\]/);
  });

  async function refused(
    controllers: (new () => object)[],
    module: new () => object,
    messages: readonly (typeof runProgressed | typeof cancelRun)[],
  ): Promise<void> {
    worker = await startWorker({
      service: 'notifications',
      messages,
      module: { module, controllers },
      redis: house.redis,
      logger: createLogger({ service: 'spec', level: 'silent' }),
      metrics: createMetrics('spec', { processMetrics: false }),
    });
  }
});

it('the queue refuses to be asked questions', async () => {
  await expect(firstValueFrom(house.client.send('run.progressed.v1', {}))).rejects.toThrow(/no request and reply/);
});

function hangingWorker(redisUrl: string): { child: ChildProcess; took: () => string } {
  let words = '';
  const child = spawn(
    process.execPath,
    [
      '-r',
      resolve(ROOT, 'apps/local-store/src/testing/load-typescript.cjs'),
      resolve(__dirname, 'testing/hanging-worker.ts'),
      redisUrl,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  child.stdout.on('data', (text: Buffer) => (words += text.toString()));
  return { child, took: () => words };
}
