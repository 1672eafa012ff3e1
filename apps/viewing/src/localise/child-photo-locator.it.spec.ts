import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { existsSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '@stead/testing/servers';
import { ChildPhotoLocator, type LocatorLimits } from './child-photo-locator';
import type { IndexFile } from './map-files';

/** Children that do what photos say: the pool is about what becomes of them. */
const PROGRAM = `
const { readFileSync, writeFileSync } = require('node:fs');
process.on('message', ({ id, photo, index }) => {
  const said = readFileSync(photo, 'utf8');
  if (said === 'crash') process.exit(3);
  if (said === 'hang') { writeFileSync(__dirname + '/hangs', ''); for (;;); }
  if (said === 'babble') return process.send({ what: 'is this' });
  if (said === 'eat') { const all = []; for (;;) all.push(new Array(1e5).fill(said + all.length)); }
  const why = JSON.stringify({ pid: process.pid, env: Object.keys(process.env), index: readFileSync(index.path, 'utf8') });
  const answer = () => process.send({ id, finding: { kind: 'unreadable', why } });
  if (said === 'wait') setTimeout(answer, 500); else answer();
});
process.on('disconnect', () => process.exit(0));
`;
const SHA256_OF_A = 'ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb';
const index: IndexFile = { sha256: SHA256_OF_A, bytes: 1, load: () => Promise.resolve(Buffer.from('a')) };

describe('the processes that look at photos', () => {
  let folder: string;
  let locator: ChildPhotoLocator;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'stead-child-'));
    await writeFile(join(folder, 'child.js'), PROGRAM);
  });
  afterEach(() => locator.stop());
  afterAll(() => rm(folder, { recursive: true }));

  const open = (limits: Partial<LocatorLimits> = {}): void => {
    locator = new ChildPhotoLocator({ processes: 1, timeoutMs: 5_000, ...limits }, join(folder, 'child.js'), folder);
  };
  const ask = (said: string, of: IndexFile = index): ReturnType<ChildPhotoLocator['locate']> =>
    locator.locate(Buffer.from(said), {}, of);
  const tell = async (said = 'hello'): Promise<{ pid: number; env: string[]; index: string }> => {
    const finding = await ask(said);
    if (finding.kind !== 'unreadable') throw new Error(`it was ${finding.kind}`);
    return JSON.parse(finding.why) as { pid: number; env: string[]; index: string }; // written above
  };

  it('get the photo and the index, and of our environment the path alone', async () => {
    open();
    const { env, index: read } = await tell();
    expect(read).toBe('a');
    expect(env.filter((name) => !['PATH', 'LANG', 'NODE_CHANNEL_FD', 'NODE_CHANNEL_SERIALIZATION_MODE'].includes(name))).toEqual(
      [],
    );
    expect((await tell()).pid).toBe((await tell()).pid); // one serves photo after photo
  });

  it.each(['crash', 'babble', 'eat'])('are started anew after one that breaks: %s', async (said) => {
    open({ heapMb: 64 });
    const { pid } = await tell();
    expect(await ask(said)).toEqual({ kind: 'stopped' });
    expect((await tell()).pid).not.toBe(pid);
  });

  it('are ended when a photo takes too long, and those who wait get their turn', async () => {
    open({ timeoutMs: 2_000 });
    const { pid } = await tell();
    const hung = ask('hang');
    await until('it hangs', () => existsSync(join(folder, 'hangs')));
    const next = await tell();
    expect(await hung).toEqual({ kind: 'stopped' });
    expect(next.pid).not.toBe(pid);
    await until('the one that hung is gone', () => !runs(pid));
  });

  it('are no more than they may be, and who would wait too long is told so', async () => {
    open({ processes: 2, waitingMax: 3 });
    const findings = await Promise.all(Array.from({ length: 12 }, () => ask('wait')));
    const kinds = findings.map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === 'busy').length).toBe(12 - 2 - 3);
    const pids = findings.flatMap((one) => (one.kind === 'unreadable' ? [(JSON.parse(one.why) as { pid: number }).pid] : [])); // written above
    expect(new Set(pids).size).toBe(2);
  });

  it('end when nobody asks, and with whoever started them', async () => {
    open({ idleMs: 50 });
    const { pid } = await tell();
    await until('it has ended', () => !runs(pid));
    const { pid: other } = await tell('wait');
    await locator.stop();
    await until('it has ended', () => !runs(other));
  });

  it('leave no photo behind', async () => {
    open();
    await tell();
    await ask('crash');
    expect(readdirSync(folder).filter((name) => name.startsWith('stead-photo-'))).toEqual([]);
    await locator.stop();
    expect(readdirSync(folder).filter((name) => name.startsWith('stead-'))).toEqual([]);
  });

  it('are not asked with an index that is not the one of the map, and the next who asks loads it again', async () => {
    open();
    let loads = 0;
    const load = async (): Promise<Buffer> => {
      loads += 1;
      return Buffer.from(loads === 1 ? 'damaged' : 'a');
    };
    await expect(ask('hello', { ...index, load })).rejects.toMatchObject({ code: 'viewing/publication-not-ready' });
    expect((await ask('hello', { ...index, load })).kind).toBe('unreadable');
    await ask('hello', { ...index, load });
    expect(loads).toBe(2);
  });
});

function runs(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
