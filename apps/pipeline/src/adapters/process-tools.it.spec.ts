import { tmpdir } from 'node:os';
import type { ToolRun } from '../application/ports';
import { ProcessTools } from './process-tools';

const tools = new ProcessTools({ PATH: process.env.PATH, S3_SECRET_ACCESS_KEY: 'secret', STEAD_PARAMS: '{}' });

function options(more: Partial<ToolRun> = {}): ToolRun & { lines: string[] } {
  const lines: string[] = [];
  const signal = new AbortController().signal;
  return { cwd: tmpdir(), timeoutMs: 30_000, signal, env: {}, onLine: (line) => lines.push(line), lines, ...more };
}

describe('an external program', () => {
  it('gives its exit code, its lines of both outputs, and its last lines', async () => {
    const run = options();
    const result = await tools.run('sh', ['-c', 'echo one; echo two >&2; exit 3'], run);
    expect(result.exitCode).toBe(3);
    expect([...run.lines].sort()).toEqual(['one', 'two']);
    expect(result.tail).toMatch(/one/);
  });

  it('never sees a shell: arguments are what they are', async () => {
    const run = options();
    await tools.run('printf', ['%s', '$(id); `id` "quoted"'], run);
    expect(run.lines).toEqual(['$(id); `id` "quoted"']);
  });

  it('sees the search path and what it is given, and no secret of this process', async () => {
    const run = options({ env: { GIVEN: 'yes' } });
    await tools.run('env', [], run);
    const names = run.lines.map((line) => line.split('=')[0]);
    expect(names).toEqual(expect.arrayContaining(['PATH', 'GIVEN', 'QT_QPA_PLATFORM']));
    expect(run.lines.join()).not.toMatch(/secret|STEAD_PARAMS|S3_/);
  });

  it('keeps a bounded tail of a flood', async () => {
    const result = await tools.run('sh', ['-c', 'yes 0123456789 | head -n 200000; echo the end'], options());
    expect(result.tail.length).toBeLessThanOrEqual(8 * 1024);
    expect(result.tail).toMatch(/the end\n$/);
  });

  it('is reported by the name of what to install where it is missing', async () => {
    await expect(tools.run('colmap-that-is-not-there', [], options())).rejects.toMatchObject({
      kind: 'installation',
      code: 'colmap-that-is-not-there-missing',
    });
    await expect(new ProcessTools({ PATH: '/nonexistent' }).run('ffmpeg', [], options())).rejects.toMatchObject({
      code: 'ffmpeg-missing',
      advice: expect.arrayContaining([expect.stringMatching(/apt-get install ffmpeg/)]),
    });
  });

  it('is stopped when its time is over', async () => {
    await expect(tools.run('sleep', ['600'], options({ timeoutMs: 50 }))).rejects.toMatchObject({ code: 'tool-timeout' });
  });

  it('is killed when it does not stop on SIGTERM', async () => {
    const controller = new AbortController();
    const reason = new Error('stop');
    const run = options({ signal: controller.signal, onLine: () => controller.abort(reason) });
    await expect(tools.run('sh', ['-c', 'trap "" TERM; echo ready; while :; do sleep 0.1; done'], run)).rejects.toBe(reason);
  });

  it('that was killed by a signal says which', async () => {
    expect((await tools.run('sh', ['-c', 'kill -9 $$'], options())).exitCode).toBe(137);
  });

  it('is not started for a step that was told to stop', async () => {
    const reason = new Error('stop');
    await expect(
      Promise.resolve().then(() => tools.run('true', [], options({ signal: AbortSignal.abort(reason) }))),
    ).rejects.toBe(reason);
  });
});
