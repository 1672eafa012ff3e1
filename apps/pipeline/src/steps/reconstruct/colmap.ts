import { StepError } from '../../application/step';
import type { StepContext } from '../../application/step';

const HELP_TIMEOUT_MS = 60_000;
const TAIL_LINES = 6;

/** Options by the last part of their names: `use_gpu` for `--SiftExtraction.use_gpu`. */
export type ColmapOptions = Readonly<Record<string, string | number>>;

/**
 * COLMAP as a program. Its options moved between groups over the versions (`SiftExtraction.use_gpu` became
 * `FeatureExtraction.use_gpu`), so each command is asked for its options once and they are given by their last part.
 */
export class Colmap {
  private readonly known = new Map<string, Promise<Map<string, string>>>();

  private constructor(
    private readonly context: StepContext,
    readonly version: string,
  ) {}

  /** A StepError `colmap-missing`, with what to install, where the program is not there. */
  static async find(context: StepContext): Promise<Colmap> {
    const lines: string[] = [];
    await context.tool('colmap', ['-h'], { timeoutMs: HELP_TIMEOUT_MS, onLine: (line) => lines.push(line) });
    const version = /^COLMAP\s+(\S+)/m.exec(lines.join('\n'))?.[1];
    return new Colmap(context, version ?? 'of unknown version');
  }

  /** False where the command ended with an error of its own; a crash, a full disk or a missing program is thrown. */
  async run(command: string, options: ColmapOptions, onLine?: (line: string) => void): Promise<{ ok: boolean; tail: string }> {
    const names = await this.optionsOf(command);
    const args = Object.entries(options).flatMap(([name, value]) => {
      const full = names.get(name);
      if (full === undefined) this.context.log(`colmap ${command} has no option ${name}; left out`);
      return full === undefined ? [] : [`--${full}`, String(value)];
    });
    const result = await this.context.tool('colmap', [command, ...args], onLine ? { onLine } : {});
    if (/No space left on device|database or disk is full/i.test(result.tail)) {
      throw new StepError('infrastructure', 'disk-full', `colmap ${command} found no room on the disk`);
    }
    if (result.exitCode > 128) {
      const detail = `colmap ${command} was ended by signal ${result.exitCode - 128}: ${lastLines(result.tail)}`;
      throw new StepError('infrastructure', 'colmap-crashed', detail, ['Signal 9 usually means too little memory for the step']);
    }
    return { ok: result.exitCode === 0, tail: result.tail };
  }

  /** As `run`, for commands that have no reason to fail. */
  async must(command: string, options: ColmapOptions, onLine?: (line: string) => void): Promise<void> {
    const { ok, tail } = await this.run(command, options, onLine);
    if (!ok) throw new StepError('infrastructure', 'colmap-failed', `colmap ${command} failed: ${lastLines(tail)}`);
  }

  private optionsOf(command: string): Promise<Map<string, string>> {
    const found = this.known.get(command) ?? this.askOptions(command);
    this.known.set(command, found);
    return found;
  }

  private async askOptions(command: string): Promise<Map<string, string>> {
    const names = new Map<string, string>();
    const onLine = (line: string): void => {
      const full = /^\s*--([\w.]+)/.exec(line)?.[1];
      const last = full?.split('.').at(-1);
      if (full !== undefined && last !== undefined && !names.has(last)) names.set(last, full);
    };
    await this.context.tool('colmap', [command, '-h'], { timeoutMs: HELP_TIMEOUT_MS, onLine });
    if (names.size === 0) throw new StepError('infrastructure', 'colmap-failed', `colmap ${command} lists no options`);
    return names;
  }
}

export function lastLines(tail: string): string {
  return tail.trim().split('\n').slice(-TAIL_LINES).join(' | ');
}
