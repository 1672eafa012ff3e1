import { EventEmitter } from 'node:events';
import { createLogger } from '@stead/platform/logging';
import { Lifecycle } from './lifecycle';

const logger = createLogger({ service: 'spec', level: 'silent' });

describe('a lifecycle', () => {
  it('stops what was started in the opposite order, one after the other', async () => {
    const order: string[] = [];
    const lifecycle = new Lifecycle(logger);
    for (const name of ['connections', 'api', 'relay']) {
      lifecycle.add(name, async () => {
        order.push(`${name} stops`);
        await new Promise((resolve) => setImmediate(resolve));
        order.push(`${name} stopped`);
      });
    }
    await lifecycle.stop();
    expect(order).toEqual([
      ...['relay stops', 'relay stopped', 'api stops', 'api stopped'],
      ...['connections stops', 'connections stopped'],
    ]);
  });

  it('stops the rest although one of them throws or rejects', async () => {
    const stopped: string[] = [];
    const lifecycle = new Lifecycle(logger);
    lifecycle.add('first', () => void stopped.push('first'));
    lifecycle.add('throws', () => {
      throw new Error('no');
    });
    lifecycle.add('rejects', () => Promise.reject(new Error('no')));
    await lifecycle.stop();
    expect(stopped).toEqual(['first']);
  });

  it('waits at most ten seconds for each', async () => {
    jest.useFakeTimers();
    try {
      const stopped: string[] = [];
      const lifecycle = new Lifecycle(logger);
      lifecycle.add('last', () => void stopped.push('last'));
      lifecycle.add('hangs', () => new Promise(() => undefined));
      const done = lifecycle.stop();
      await jest.advanceTimersByTimeAsync(9_999);
      expect(stopped).toEqual([]);
      await jest.advanceTimersByTimeAsync(1);
      await done;
      expect(stopped).toEqual(['last']);
    } finally {
      jest.useRealTimers();
    }
  });

  it('stops once, however often it is asked', async () => {
    let stops = 0;
    const lifecycle = new Lifecycle(logger);
    lifecycle.add('part', () => void (stops += 1));
    await Promise.all([lifecycle.stop(), lifecycle.stop()]);
    await lifecycle.stop();
    expect(stops).toBe(1);
  });

  it('stops what is started while it stops', async () => {
    let stopped = false;
    const lifecycle = new Lifecycle(logger);
    lifecycle.add('part', () => lifecycle.add('late', () => void (stopped = true)));
    await lifecycle.stop();
    await lifecycle.stop();
    expect(stopped).toBe(true);
  });

  describe('with signals', () => {
    beforeEach(() => void jest.useFakeTimers());
    afterEach(() => void jest.useRealTimers());

    /** One that takes five seconds to stop, and how its process left. */
    function stopping(): { signals: EventEmitter; exits: number[] } {
      const signals = new EventEmitter();
      const exits: number[] = [];
      const lifecycle = new Lifecycle(logger);
      lifecycle.add('servers', () => new Promise((resolve) => setTimeout(resolve, 5_000)));
      lifecycle.handleSignals((code) => void exits.push(code), signals);
      return { signals, exits };
    }

    it('takes one that comes twice at once, to the group and from a parent, for one: nothing is left behind', async () => {
      const { signals, exits } = stopping();
      signals.emit('SIGTERM', 'SIGTERM');
      await jest.advanceTimersByTimeAsync(20);
      signals.emit('SIGTERM', 'SIGTERM');
      await jest.advanceTimersByTimeAsync(4_979);
      expect(exits).toEqual([]);
      await jest.advanceTimersByTimeAsync(1);
      expect(exits).toEqual([0]);
    });

    it('leaves at once when somebody asks again', async () => {
      const { signals, exits } = stopping();
      signals.emit('SIGINT', 'SIGINT');
      await jest.advanceTimersByTimeAsync(1_500);
      signals.emit('SIGINT', 'SIGINT');
      expect(exits).toEqual([130]);
    });
  });
});
