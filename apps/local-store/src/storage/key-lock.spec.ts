import { KeyLock } from './key-lock';

describe('KeyLock', () => {
  it('runs what names the same key one after the other, in the order of arrival', async () => {
    const lock = new KeyLock();
    const log: string[] = [];
    const work = (name: string) => async () => {
      log.push(`${name} starts`);
      await Promise.resolve();
      await Promise.resolve();
      log.push(`${name} ends`);
    };
    await Promise.all(['a', 'b', 'c'].map((name) => lock.run('key', work(name))));
    expect(log).toEqual(['a starts', 'a ends', 'b starts', 'b ends', 'c starts', 'c ends']);
  });

  it('lets other keys pass, and goes on after a failure', async () => {
    const lock = new KeyLock();
    let release = (): void => undefined;
    const held = lock.run('held', () => new Promise<void>((resolve) => (release = resolve)));
    await expect(lock.run('other', async () => 'passed')).resolves.toBe('passed');
    const failing = lock.run('held', () => Promise.reject(new Error('broken')));
    const next = lock.run('held', async () => 'next');
    release();
    await held;
    await expect(failing).rejects.toThrow('broken');
    await expect(next).resolves.toBe('next');
  });
});
