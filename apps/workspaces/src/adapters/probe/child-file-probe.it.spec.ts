import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ProbeFile } from '../../application/ports';
import { ChildFileProbe } from './child-file-probe';
import { EMPTY_REPORT } from '../../domain/file-report';

/** A decoder that does what the file's name says, after it has been given every file that is there. */
const DECODER = `
const report = ${JSON.stringify(EMPTY_REPORT)};
process.on('message', ({ id, file }) => setTimeout(() => {
  if (file.name === 'crash') process.abort();
  if (file.name === 'hang') return;
  if (file.name === 'junk') return process.send({ anything: true });
  if (file.name === 'secrets') return process.send({ id, report: { ...report, mediaType: Object.keys(process.env).join(' ') } });
  process.send({ id, report: { ...report, width: file.bytes } });
}, 50));
`;

describe('files are looked into by a child process', () => {
  let folder: string;
  let probe: ChildFileProbe;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'stead-probe-'));
    writeFileSync(join(folder, 'decoder.js'), DECODER);
  });
  beforeEach(() => {
    probe = new ChildFileProbe(join(folder, 'decoder.js'), 1_000);
  });
  afterEach(() => probe.stop());
  afterAll(() => rmSync(folder, { recursive: true }));

  const file = (name: string, bytes = 1): ProbeFile => ({ path: name, name, bytes, kind: 'photos' });
  const codes = async (...names: string[]): Promise<string[]> => {
    const reports = await Promise.all(names.map((name) => probe.probe(file(name))));
    return reports.map(({ problems }) => problems[0]?.code ?? 'good');
  };

  it('each gets its own report', async () => {
    const reports = await Promise.all([1, 2, 3, 4].map((bytes) => probe.probe(file('photo', bytes))));
    expect(reports.map(({ width }) => width)).toEqual([1, 2, 3, 4]);
  });

  it('one that crashes the decoder is found out among those that were being read beside it', async () => {
    expect(await codes('photo', 'crash', 'photo', 'photo', 'crash', 'photo')).toEqual([
      'good',
      'unreadable',
      'good',
      'good',
      'unreadable',
      'good',
    ]);
  });

  it('one that hangs the decoder is given up, and the others are read', async () => {
    expect(await codes('photo', 'hang', 'photo')).toEqual(['good', 'took-too-long', 'good']);
  });

  it('a decoder that answers rubbish is not believed', async () => {
    expect(await codes('photo', 'junk', 'photo')).toEqual(['good', 'unreadable', 'good']);
  });

  it('the child knows none of our environment', async () => {
    process.env['STEAD_SPEC_SECRET'] = 'x';
    const { mediaType } = await probe.probe(file('secrets'));
    expect(mediaType.split(' ')).not.toContain('STEAD_SPEC_SECRET');
  });

  it('a stop ends what is not read yet as a failure, not as a report', async () => {
    const waiting = probe.probe(file('hang'));
    probe.stop();
    await expect(waiting).rejects.toThrow('stopped');
  });
});
