import type { ProgressLine, StepFailure, StepName } from '@stead/contracts/pipeline';

/** At most one progress line per whole percent, and none more often than this. */
const PROGRESS_EVERY_MS = 500;
const LINE_CHARS_MAX = 2_000;
const LOG_BYTES_MAX = 4 * 1024 * 1024;
/** A tool that floods its output is cut in the log; `ToolResult.tail` still holds its last lines. */
const TOOL_LINES_MAX = 4_000;

export interface ReportSink {
  /** One line of standard output, without the line feed. */
  line(text: string): void;
  /** `N/100`, for the workflow engine. */
  percent(value: number): void;
}

/** What a step says while it runs: JSON lines, also kept (the newest up to a limit) for the log in the store. */
export class Reporter {
  private readonly kept: string[] = [];
  private keptBytes = 0;
  private dropped = 0;
  private toolLines = 0;
  private lastPercent = -1;
  private lastProgressAt = 0;

  constructor(
    private readonly step: StepName,
    private readonly sink: ReportSink,
    private readonly now: () => Date,
  ) {}

  started(message: string): void {
    this.write('info', 'started', message);
  }

  progress(percent: number, message: string): void {
    const value = Math.floor(Math.min(100, Math.max(0, percent)));
    const at = this.now().getTime();
    // Not a number compares as false with everything.
    if (!(value > this.lastPercent) || (value < 100 && at - this.lastProgressAt < PROGRESS_EVERY_MS)) return;
    this.lastPercent = value;
    this.lastProgressAt = at;
    this.sink.percent(value);
    this.write('info', 'progress', message, { percent: value });
  }

  log(message: string, level: ProgressLine['level'] = 'info'): void {
    this.write(level, 'log', message);
  }

  tool(command: string, line: string): void {
    this.toolLines += 1;
    if (this.toolLines > TOOL_LINES_MAX) return;
    this.write('debug', 'tool', `${command}: ${line}`);
    if (this.toolLines === TOOL_LINES_MAX) this.write('warn', 'log', 'Further output of tools is left out of this log');
  }

  takenOver(message: string): void {
    this.sink.percent(100);
    this.write('info', 'taken-over', message, { percent: 100 });
  }

  finished(message: string): void {
    this.sink.percent(100);
    this.write('info', 'finished', message, { percent: 100 });
  }

  failed(failure: StepFailure): void {
    this.write('error', 'failed', failure.detail, { failure });
  }

  /** The newest lines of this execution. */
  text(): string {
    const head = this.dropped === 0 ? '' : `${JSON.stringify({ dropped: this.dropped })}\n`;
    return head + this.kept.map((line) => `${line}\n`).join('');
  }

  private write(
    level: ProgressLine['level'],
    event: ProgressLine['event'],
    message: string,
    more: { percent?: number; failure?: StepFailure } = {},
  ): void {
    const line: ProgressLine = {
      at: this.now().toISOString(),
      level,
      step: this.step,
      event,
      message: message.slice(0, LINE_CHARS_MAX),
      ...more,
    };
    const text = JSON.stringify(line);
    this.sink.line(text);
    this.kept.push(text);
    this.keptBytes += text.length;
    while (this.keptBytes > LOG_BYTES_MAX) {
      this.keptBytes -= this.kept.shift()?.length ?? 0;
      this.dropped += 1;
    }
  }
}
