import { spawnSync } from 'node:child_process';
import fs, { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { until } from '@stead/testing/servers';
import { currentRequestId, withContext } from './context';
import { createLogger, type Logger } from './logger';

const ROOT = resolve(__dirname, '../../../..');
let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'stead-log-'));
  file = join(folder, 'logs/spec.log');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function lineOf(write: (logger: Logger) => void): Promise<string> {
  write(createLogger({ service: 'spec', destination: file }));
  return until('the line is written', () => {
    try {
      return readFileSync(file, 'utf8') || null; // made, not yet written
    } catch {
      return null; // not there yet
    }
  });
}
const parsed = (line: string): Record<string, unknown> => JSON.parse(line) as Record<string, unknown>;

it('a line is one JSON object with its time, its service and the piece of work that it belongs to', async () => {
  const line = await lineOf((logger) =>
    withContext({ requestId: 'r-1', workspaceId: 'w-1', job: 'run.request.v1' }, () => logger.info({ n: 1 }, 'two\nlines')),
  );
  expect(line.trimEnd().split('\n')).toHaveLength(1);
  expect(parsed(line)).toMatchObject({ service: 'spec', requestId: 'r-1', workspaceId: 'w-1', job: 'run.request.v1', n: 1, msg: 'two\nlines' }); // prettier-ignore
  expect(parsed(line)['time']).toMatch(/^\d{4}-.*Z$/);
});

it('the context follows the work through waits, and ends with it', async () => {
  const seen = await Promise.all(
    ['a', 'b'].map((requestId) =>
      withContext({ requestId }, async () => {
        await new Promise((resolved) => setImmediate(resolved));
        return currentRequestId();
      }),
    ),
  );
  expect([...seen, currentRequestId()]).toEqual(['a', 'b', 'none']);
});

it('no secret reaches a log, at whatever depth and however it is spelled', async () => {
  const secret = 'hunter2';
  const line = await lineOf((logger) =>
    logger.info({
      password: secret,
      headers: { Authorization: `Bearer ${secret}`, 'set-cookie': [secret], 'X-Stead-Identity': secret },
      a: { b: { c: [{ api_key: secret, d: { accessToken: secret } }] } },
      address: `postgres://stead:${secret}@127.0.0.1:5432/stead`,
      error: Object.assign(new Error(`cannot reach redis://:${secret}@host`), {
        config: { headers: { authorization: secret }, url: `https://me:${secret}@host/x` },
      }),
    }),
  );
  expect(line).not.toContain(secret);
  expect(parsed(line)).toMatchObject({
    address: 'postgres://stead:[redacted]@127.0.0.1:5432/stead',
    error: {
      type: 'Error',
      message: 'cannot reach redis://:[redacted]@host',
      stack: expect.stringContaining('logger.it.spec') as string,
    },
  });
});

it('what stands beside a secret stays readable: dates, lists, errors with their cause', async () => {
  const at = new Date(0);
  const error = new Error('outer', { cause: new TypeError('inner') });
  const line = parsed(await lineOf((logger) => logger.error({ at, list: [1, { tokens: 5 }], nothing: null, error }, 'words')));
  expect(line).toMatchObject({
    at: at.toISOString(),
    list: [1, { tokens: 5 }],
    nothing: null,
    error: { message: 'outer: inner' },
  });
});

it('something that goes round in circles does not stop a line, nor what runs', async () => {
  const round: Record<string, unknown> = { name: 'round' };
  round['self'] = round;
  expect(parsed(await lineOf((logger) => logger.info({ round }, 'words')))).toMatchObject({
    msg: 'words',
    round: { name: 'round' },
  });
});

it('the last line before the end of the process is not lost', () => {
  const script = `require('./apps/local-store/src/testing/load-typescript.cjs');
    const { createLogger } = require('./libs/platform/logging/src/logger.ts');
    createLogger({ service: 'spec' }).info('last words');
    process.exit(3);`;
  const { status, stdout } = spawnSync(process.execPath, ['-e', script], { cwd: ROOT, encoding: 'utf8' });
  expect([status, parsed(stdout)['msg']]).toEqual([3, 'last words']);
});

it('a disk without room costs neither the process nor the lines: they are written when there is room again', async () => {
  const logger = createLogger({ service: 'spec', destination: file });
  const complain = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
  const full = jest.spyOn(fs, 'write') as unknown as jest.SpyInstance; // its overloads hide the form with a callback last
  full.mockImplementation((...args: unknown[]) => {
    const done = args.at(-1) as (error: Error) => void;
    setImmediate(done, Object.assign(new Error('no space left on device'), { code: 'ENOSPC' }));
  });
  logger.info('one');
  await until('the refusal', () => complain.mock.calls.length > 0);
  logger.info('two');
  full.mockRestore();
  const lines = await until('both lines', () => {
    const text = readFileSync(file, 'utf8');
    return text.includes('two') ? text.trimEnd().split('\n') : null;
  });
  expect(lines.map((line) => parsed(line)['msg'])).toEqual(['one', 'two']);
  expect(complain.mock.calls.map(([said]) => String(said))).toEqual([expect.stringContaining('no space left on device')]);
  complain.mockRestore();
});

it('a disk that stays full does not keep a process from ending', () => {
  const script = `require('./apps/local-store/src/testing/load-typescript.cjs');
    const fs = require('node:fs');
    const full = Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
    fs.write = (...args) => setImmediate(args.at(-1), full);
    const { createLogger } = require('./libs/platform/logging/src/logger.ts');
    createLogger({ service: 'spec', destination: ${JSON.stringify(file)} }).info('last words');
    fs.writeSync = () => { throw full; };
    setTimeout(() => process.exit(3), 50);`;
  const { status, stderr } = spawnSync(process.execPath, ['-e', script], { cwd: ROOT, encoding: 'utf8', timeout: 10_000 });
  expect([status, stderr]).toEqual([3, expect.stringContaining('cannot be written for now')]);
});

it('a log that cannot be opened is an error at once, which names the file', () => {
  expect(() => createLogger({ service: 'spec', destination: folder })).toThrow(folder);
});
