import { execFile } from 'node:child_process';
import { access, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { keys } from '@stead/contracts/pipeline';
import type { StepName } from '@stead/contracts/pipeline';
import { BareRun } from '../testing/bare-run';
import { FaultyBlobs } from '../testing/faulty-blobs';
import { contentPath } from './content-path';
import { describeBytes } from './local-files';
import { fenceKey } from './record-store';
import { StepError } from './step';
import type { Step, StepContext, StepResult } from './step';
import { Terminated } from './step-outcome';

/** A step that counts how often it was really done. */
class Counting implements Step {
  done = 0;
  readonly version: number = 1;
  readonly reads: readonly StepName[];
  readonly optionsRead = ['imageMaxPx'] as const;
  fingerprint = 'a';
  readonly publishes?: () => boolean;
  constructor(
    readonly name: StepName,
    reads: readonly StepName[] = [],
    private readonly work: (context: StepContext) => Promise<void> = async (context) => {
      await context.put('out.txt', Buffer.from(`${this.name} made this`), 'text/plain');
    },
  ) {
    this.reads = reads;
    if (name === 'bundle') this.publishes = () => true;
  }
  async run(context: StepContext): Promise<StepResult> {
    this.done += 1;
    await this.work(context);
    return { provider: 'spec', metrics: { answer: 42 }, notes: ['done'] };
  }
}

let folder: string;
let run: BareRun;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stead-runner-'));
  await writeFile(join(folder, 'scan.las'), 'LASF and more');
  run = await BareRun.over(join(folder, 'scan.las'));
});
afterEach(async () => {
  await run.remove();
  await rm(folder, { recursive: true });
});

const recordKey = (step: string, epoch = 1): string => keys.stepRecord(run.params.workspaceId, run.params.runId, epoch, step);
const fence = async (epoch: number): Promise<void> => {
  const body = Buffer.from('2');
  const key = fenceKey(run.params.workspaceId, run.params.runId, epoch);
  await run.blobs.upload(key, body, { mediaType: 'text/plain', sha256: describeBytes(body).sha256 });
};
const foldersLeft = async (): Promise<string[]> => (await readdir(run.root)).filter((name) => name.startsWith('stead-'));

describe('a step that ends well', () => {
  it('leaves a record of what it made, and no folder', async () => {
    const { exitCode, record } = await run.run(new Counting('ingest'));
    expect(exitCode).toBe(0);
    expect(record).toMatchObject({ step: 'ingest', epoch: 1, provider: 'spec', metrics: { answer: 42 }, takenOverFrom: null });
    expect(record?.files).toEqual([expect.objectContaining({ path: 'out.txt', bytes: 16, mediaType: 'text/plain' })]);
    expect((await run.read(record, 'out.txt')).toString()).toBe('ingest made this');
    expect(await foldersLeft()).toEqual([]);
  });

  it('is not done again in its epoch', async () => {
    const step = new Counting('ingest');
    const first = await run.run(step);
    const second = await run.run(step);
    expect(step.done).toBe(1);
    expect(second.record).toEqual(first.record);
  });

  it('says its progress upwards and in percent, and ends at 100', async () => {
    const step = new Counting('ingest', [], async (context) => {
      for (const percent of [10, 5, 50, 250]) context.progress(percent, 'working');
      await Promise.resolve();
    });
    const { lines } = await run.run(step);
    const parsed = lines.map((line) => JSON.parse(line));
    expect(parsed.map((line) => line.event)).toEqual(['started', 'progress', 'progress', 'finished']);
    expect(parsed.flatMap((line) => line.percent ?? [])).toEqual([10, 100, 100]);
  });

  it('keeps its log in the store', async () => {
    const step = new Counting('ingest', [], async (context) => context.log('a sentence of the step'));
    await run.run(step);
    const log = await run.blobs.read(keys.stepLog(run.params.workspaceId, run.params.runId, 1, 'ingest'), 1_000_000);
    expect(log?.toString()).toContain('a sentence of the step');
  });
});

describe('a later epoch', () => {
  const epoch2 = { epoch: 2, reuseEpochs: [1] };

  it('takes over what is finished, with its files where they are, and does only the rest', async () => {
    const [first, second] = [new Counting('ingest'), new Counting('tile', ['ingest'])];
    const before = await run.run(first);
    const after = await run.run(first, epoch2);
    await run.run(second, epoch2);
    expect([first.done, second.done]).toEqual([1, 1]);
    expect(after.record).toEqual({ ...before.record, takenOverFrom: 1 });
    expect(after.record?.epoch).toBe(1);
  });

  it.each<[string, (step: Counting) => Parameters<BareRun['run']>[1]]>([
    ['the step has a new version', (step) => (Object.assign(step, { version: 2 }), {})],
    ['the installation configured another model', (step) => ((step.fingerprint = 'b'), {})],
    ['an option that it reads changed', () => ({ options: { ...run.params.options, imageMaxPx: 999 } })],
    ['no earlier epoch is offered', () => ({ reuseEpochs: [] })],
  ])('does it again when %s', async (_case, change) => {
    const step = new Counting('ingest');
    await run.run(step);
    const { record } = await run.run(step, { ...epoch2, ...change(step) });
    expect(step.done).toBe(2);
    expect(record?.takenOverFrom).toBeNull();
  });

  it('does not care about options that the step does not read', async () => {
    const step = new Counting('ingest');
    await run.run(step);
    await run.run(step, { ...epoch2, options: { ...run.params.options, densePlanes: 200 } });
    expect(step.done).toBe(1);
  });

  it('does a step again when what an earlier step made is different now', async () => {
    let content = 'one';
    const first = new Counting(
      'ingest',
      [],
      async (context) => void (await context.put('a', Buffer.from(content), 'text/plain')),
    );
    const second = new Counting('tile', ['ingest']);
    await run.run(first);
    await run.run(second);
    content = 'two';
    first.fingerprint = 'b';
    await run.run(first, epoch2);
    await run.run(second, epoch2);
    expect([first.done, second.done]).toEqual([2, 2]);
  });

  it('does it again when the files of the earlier epoch are gone', async () => {
    const step = new Counting('ingest');
    const { record } = await run.run(step);
    await rm(run.pathOf(record, 'out.txt'));
    const again = await run.run(step, epoch2);
    expect(step.done).toBe(2);
    expect(again.record?.takenOverFrom).toBeNull();
  });

  it('always makes the bundle anew, under its own epoch', async () => {
    const made = new Counting(
      'tile',
      [],
      async (context) => void (await context.put('a.glb', Buffer.from('tile'), 'model/gltf-binary')),
    );
    const bundle = new Counting('bundle', ['tile'], async (context) => {
      const [file] = context.need('tile').files;
      if (file) context.adopt('tiles/a.glb', file);
      await context.put('manifest.json', Buffer.from(`{"epoch":${context.params.epoch}}`), 'application/json');
    });
    await run.run(made);
    await run.run(bundle);
    await run.run(made, epoch2);
    const { record } = await run.run(bundle, epoch2);
    expect([made.done, bundle.done]).toEqual([1, 2]);
    const prefix = keys.bundlePrefix(run.params.workspaceId, run.params.runId, 2);
    expect(record?.files.map((file) => file.key)).toEqual([`${prefix}tiles/a.glb`, `${prefix}manifest.json`]);
    expect((await run.read(record, 'tiles/a.glb')).toString()).toBe('tile');
  });
});

describe('what visitors will get', () => {
  const tile = new Counting('tile', [], async (context) => {
    const glb = Buffer.from('tile');
    await context.put(contentPath('tiles/r.glb', glb), glb, 'model/gltf-binary', { published: true });
  });
  const bundle = new Counting('bundle', ['tile'], async (context) => {
    for (const file of context.need('tile').files) context.adopt(file.path, file);
    await context.put('manifest.json', Buffer.from('{}'), 'application/json');
  });
  const copied: string[] = [];
  const watched = (): BareRun =>
    run.withBlobs(
      (blobs) =>
        new FaultyBlobs(blobs, (operation, key) => {
          if (operation === 'copy') copied.push(key);
        }),
    );

  it('lies in the bundle of its epoch at once, and is copied only into that of a later one', async () => {
    const path = contentPath('tiles/r.glb', Buffer.from('tile'));
    for (const epoch of [1, 2]) {
      copied.length = 0;
      const of = { epoch, reuseEpochs: [1] };
      await watched().run(tile, of);
      const { record } = await watched().run(bundle, of);
      const key = `${keys.bundlePrefix(run.params.workspaceId, run.params.runId, epoch)}${path}`;
      expect(record?.files[0]).toMatchObject({ path, key });
      expect((await run.read(record, path)).toString()).toBe('tile');
      expect(copied).toHaveLength(epoch - 1);
    }
    expect(tile.done).toBe(1);
  });

  it('has a name that differs with its content, since a twin of the process may make another one', async () => {
    const careless = new Counting('tile', [], async (context) => {
      await context.put('tiles/r.glb', Buffer.from('tile'), 'model/gltf-binary', { published: true });
    });
    expect(await run.run(careless)).toMatchObject({ exitCode: 1 });
  });
});

describe('a run that repeats another one from a step on', () => {
  const other = '00000000-0000-8000-8000-000000000001';
  const from = (fromStep: string | null) => ({ runId: other, reuseRun: { runId: run.params.runId, epochs: [1] }, fromStep });

  it('takes over the steps before it and does it and the later ones', async () => {
    const [first, second] = [new Counting('ingest'), new Counting('tile', ['ingest'])];
    await run.run(first);
    await run.run(second);
    const a = await run.run(first, from('tile'));
    const b = await run.run(second, from('tile'));
    expect([first.done, second.done]).toEqual([1, 2]);
    expect([a.record?.takenOverFrom, b.record?.takenOverFrom]).toEqual([1, null]);
    expect(a.record?.runId).toBe(other);
  });

  it('does not do it a third time in a later epoch of its own', async () => {
    const step = new Counting('tile');
    await run.run(step);
    await run.run(step, from('tile'));
    await run.run(step, { ...from('tile'), epoch: 2, reuseEpochs: [1] });
    expect(step.done).toBe(2);
  });

  it('refuses a step that does not exist', async () => {
    expect(await run.run(new Counting('tile'), from('paint'))).toMatchObject({ exitCode: 10 });
  });
});

describe('a crash', () => {
  it('between the last upload and the record leaves nothing that is read, and the next try ends well', async () => {
    const step = new Counting('ingest');
    const crashing = run.withBlobs(
      (blobs) =>
        new FaultyBlobs(blobs, (operation, key) => {
          if (operation === 'upload' && key === recordKey('ingest')) throw new Error('the power went out');
        }),
    );
    expect(await crashing.run(step)).toMatchObject({ exitCode: 1 });
    expect(await run.blobs.exists(recordKey('ingest'))).toBe(false);
    expect(await run.run(new Counting('tile', ['ingest']))).toMatchObject({ exitCode: 20, failure: { code: 'input-missing' } });
    expect(await run.run(step)).toMatchObject({ exitCode: 0 });
    expect(step.done).toBe(2);
  });

  it('after the record was written counts as done', async () => {
    const step = new Counting('ingest');
    let lost = false;
    const losing = run.withBlobs(
      (blobs) =>
        new FaultyBlobs(blobs, async (operation, key) => {
          // The write arrives, the answer does not, and the client sends it again.
          if (operation !== 'upload' || key !== recordKey('ingest') || lost) return;
          lost = true;
          const twin = new Counting('ingest');
          await run.run(twin);
        }),
    );
    expect(await losing.run(step)).toMatchObject({ exitCode: 0 });
    expect((await run.run(step)).exitCode).toBe(0);
    expect(step.done).toBe(1);
  });
});

describe('two processes at the same step of one epoch', () => {
  it('end with one record whose files are whole, though their results differ', async () => {
    let n = 0;
    const step = new Counting('ingest', [], async (context) => {
      n += 1;
      await context.put('out.txt', Buffer.from(`result ${n}`), 'text/plain');
    });
    const slow = run.withBlobs(
      (blobs) =>
        new FaultyBlobs(blobs, async (operation, key) => {
          if (operation === 'upload' && key === recordKey('ingest') && n === 1) await run.run(step);
        }),
    );
    const { exitCode, record } = await slow.run(step);
    expect([exitCode, step.done]).toEqual([0, 2]);
    expect((await run.read(record, 'out.txt')).toString()).toBe('result 2');
    const reader = new Counting('tile', ['ingest'], async (context) => void (await context.fetchAll(context.need('ingest'), '')));
    expect((await run.run(reader)).exitCode).toBe(0);
  });

  it('never replace a record that was made from other inputs', async () => {
    const step = new Counting('ingest');
    await run.run(step);
    step.fingerprint = 'b';
    expect(await run.run(step)).toMatchObject({ exitCode: 30, failure: { code: 'record-conflict' } });
  });
});

describe('a fenced epoch', () => {
  it('starts nothing', async () => {
    await fence(1);
    const step = new Counting('ingest');
    const { exitCode, lines } = await run.run(step);
    expect([exitCode, step.done]).toEqual([30, 0]);
    expect(JSON.parse(lines.at(-1) ?? '{}').failure).toMatchObject({ code: 'fenced', kind: 'infrastructure' });
  });

  it('writes no record for work that was under way, and no failure either', async () => {
    const step = new Counting('ingest', [], async (context) => {
      await context.put('out.txt', Buffer.from('x'), 'text/plain');
      await fence(1);
    });
    const { exitCode, failure } = await run.run(step);
    expect([exitCode, step.done, failure]).toEqual([30, 1, null]);
    expect(await run.blobs.exists(recordKey('ingest'))).toBe(false);
  });

  it('does not stop a later one', async () => {
    await fence(1);
    expect((await run.run(new Counting('ingest'), { epoch: 2, reuseEpochs: [1] })).exitCode).toBe(0);
  });
});

describe('inputs that are not what their checksum says', () => {
  it('end the step with 20, and their name', async () => {
    const first = new Counting('ingest');
    const { record } = await run.run(first);
    await truncate(run.pathOf(record, 'out.txt'), 5);
    const second = new Counting(
      'tile',
      ['ingest'],
      async (context) => void (await context.fetchAll(context.need('ingest'), 'out')),
    );
    expect(await run.run(second)).toMatchObject({
      exitCode: 20,
      failure: { kind: 'data', code: 'checksum-mismatch', detail: expect.stringContaining('out.txt') },
    });
  });

  it('are read once more first, since the wire may be to blame', async () => {
    const { record } = await run.run(new Counting('ingest'));
    const path = run.pathOf(record, 'out.txt');
    const whole = await readFile(path);
    await truncate(path, 5);
    let reads = 0;
    const healing = run.withBlobs(
      (blobs) =>
        new FaultyBlobs(blobs, async (operation) => {
          if (operation === 'download' && (reads += 1) === 2) await writeFile(path, whole);
        }),
    );
    const second = new Counting(
      'tile',
      ['ingest'],
      async (context) => void (await context.fetchAll(context.need('ingest'), 'out')),
    );
    expect((await healing.run(second)).exitCode).toBe(0);
    expect(reads).toBe(2);
  });

  it('cannot leave the folder of the step by their name', async () => {
    const step = new Counting('ingest', [], async (context) => {
      const [file] = context.capture.files;
      if (file) context.adopt('../../outside', { ...file, path: '../../outside' });
    });
    await run.run(step);
    const second = new Counting('tile', ['ingest'], async (context) => void (await context.fetchAll(context.need('ingest'), '')));
    expect(await run.run(second)).toMatchObject({ exitCode: 20, failure: { code: 'unsafe-path' } });
    await expect(access(join(run.root, 'outside'))).rejects.toThrow();
  });
});

describe('what goes wrong', () => {
  const throwing = (error: unknown): Counting => new Counting('ingest', [], () => Promise.reject(error));
  const diskFull = Object.assign(new Error('write'), { code: 'ENOSPC' });

  it.each<[string, unknown, number, string, string]>([
    ['with the capture', new StepError('user', 'too-few-photos', 'more', ['take more']), 10, 'user', 'too-few-photos'],
    ['with the store', new StepError('infrastructure', 'store-unavailable', 'gone'), 30, 'infrastructure', 'store-unavailable'],
    ['on the disk', diskFull, 30, 'infrastructure', 'disk-full'],
    ['on the disk, deep inside of another error', new Error('sharp', { cause: diskFull }), 30, 'infrastructure', 'disk-full'],
    ['in the program', new TypeError('x is not a function'), 1, 'bug', 'unexpected'],
  ])('%s has its exit code, kind and name, and leaves no folder', async (_case, error, exitCode, kind, code) => {
    const ended = await run.run(throwing(error));
    expect(ended).toMatchObject({ exitCode, failure: { kind, code, step: 'ingest' } });
    expect(JSON.parse(ended.lines.at(-1) ?? '{}')).toMatchObject({ event: 'failed', failure: { code } });
    expect(await foldersLeft()).toEqual([]);
  });

  it('with a store that fails while the failure is written is still told on standard output', async () => {
    const gone = run.withBlobs(
      (blobs) =>
        new FaultyBlobs(blobs, (operation) => {
          if (operation === 'upload') throw new StepError('infrastructure', 'store-unavailable', 'gone');
        }),
    );
    const { exitCode, failure, lines } = await gone.run(new Counting('ingest'));
    expect([exitCode, failure]).toEqual([30, null]);
    expect(JSON.parse(lines.at(-1) ?? '{}').failure).toMatchObject({ kind: 'infrastructure', code: 'store-unavailable' });
  });
});

describe('SIGTERM', () => {
  it('stops the step, its tools and their children, and leaves no folder and no failure', async () => {
    const controller = new AbortController();
    let childPid = 0;
    const step = new Counting('ingest', [], async (context) => {
      await context.tool('sh', ['-c', 'sleep 600 & echo pid $!; wait'], {
        onLine: (line) => {
          childPid = Number(/pid (\d+)/.exec(line)?.[1] ?? 0);
          controller.abort(new Terminated());
        },
      });
    });
    const { exitCode, failure } = await run.run(step, {}, controller.signal);
    expect([exitCode, failure]).toEqual([143, null]);
    expect(childPid).toBeGreaterThan(0);
    expect(await isAlive(childPid)).toBe(false);
    expect(await foldersLeft()).toEqual([]);
  });
});

/** A process that ended and was not yet collected by its parent (state Z) is not alive. */
async function isAlive(pid: number): Promise<boolean> {
  const state = await promisify(execFile)('ps', ['-o', 'stat=', '-p', String(pid)]).then(
    ({ stdout }) => stdout.trim(),
    () => '',
  );
  return state !== '' && !state.startsWith('Z');
}
