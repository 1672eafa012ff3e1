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
});
