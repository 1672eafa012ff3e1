import { fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { mediaKindSchema, mediaProblemSchema } from '@stead/contracts/studio';
import { z } from 'zod';
import { MediaInspector, type MediaVerdict, type Upload } from '../../application/media-ports';
import { refused } from './verdicts';

const TIMEOUT_MS = 180_000;
const HEAP_MB = 768;

const verdictSchema = z.discriminatedUnion('ok', [
  z.object({
    ok: z.literal(true),
    path: z.string(),
    shown: z.object({
      kind: mediaKindSchema,
      mediaType: z.string(),
      extension: z.string().regex(/^[a-z0-9]{1,8}$/),
      widthPx: z.number().int().nullable(),
      heightPx: z.number().int().nullable(),
      durationS: z.number().nullable(),
    }),
  }),
  z.object({ ok: z.literal(false), problem: mediaProblemSchema }),
]);

/**
 * Looks into each file in a child process of its own, without our secrets in its environment, with bounded memory and time: a
 * file that crashes or hangs a decoder takes the child with it and nothing else.
 */
export class ChildMediaInspector extends MediaInspector {
  constructor(
    private readonly program: string = childProgram(),
    private readonly timeoutMs = TIMEOUT_MS,
  ) {
    super();
  }

  inspect(upload: Upload): Promise<MediaVerdict> {
    return new Promise((resolve) => {
      const child = fork(this.program, {
        env: { PATH: process.env['PATH'], LANG: 'C.UTF-8' }, // eslint-disable-line no-restricted-properties -- the child finds ffprobe and gets nothing else
        execArgv: [`--max-old-space-size=${HEAP_MB}`],
        stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      });
      let verdict: MediaVerdict = unreadable('Reading the file needed too much memory or broke the decoder.');
      const timer = setTimeout(() => {
        verdict = unreadable(`Reading the file took longer than ${this.timeoutMs / 1000} s.`);
        child.kill('SIGKILL');
      }, this.timeoutMs);
      child.on('message', (message) => {
        verdict = verdictSchema.safeParse(message).data ?? verdict;
        child.kill('SIGKILL');
      });
      child.on('error', () => child.kill('SIGKILL')); // it could not be reached; its exit follows
      child.on('exit', () => {
        clearTimeout(timer);
        resolve(verdict);
      });
      child.send(upload, () => undefined); // a child that is gone says so by its exit
    });
  }
}

/** The compiled child; a test that runs from the sources finds it in `dist/`. */
function childProgram(): string {
  const beside = join(__dirname, 'inspect-child.js');
  return existsSync(beside)
    ? beside
    : join(__dirname.replace(/([/\\])apps([/\\]studio[/\\])/, '$1dist$1apps$2'), 'inspect-child.js');
}

function unreadable(detail: string): MediaVerdict {
  return refused('unreadable', detail, 'Export the file again from the program that made it.');
}
