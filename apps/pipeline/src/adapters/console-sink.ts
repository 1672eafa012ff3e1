import { writeFileSync } from 'node:fs';
import type { Writable } from 'node:stream';
import type { ReportSink } from '../application/reporter';

/** Lines to a stream, the percentage to the file that the workflow engine watches. */
export class ConsoleSink implements ReportSink {
  constructor(
    private readonly output: Writable,
    private readonly progressFile: string | null,
  ) {}

  line(text: string): void {
    this.output.write(`${text}\n`);
  }

  percent(value: number): void {
    if (this.progressFile === null) return;
    try {
      writeFileSync(this.progressFile, `${value}/100`);
    } catch {
      // Progress is a courtesy: a folder that the engine did not mount must not fail a step.
    }
  }
}
