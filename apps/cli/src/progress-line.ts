/** One line that is rewritten on a terminal; elsewhere a new line each time that the words change. */
export class ProgressLine {
  private last = '';

  constructor(
    private readonly out: NodeJS.WriteStream,
    private readonly quiet: boolean,
  ) {}

  show(text: string): void {
    if (this.quiet || text === this.last) return;
    if (this.out.isTTY) this.out.write(`\r\u001b[2K${text.slice(0, Math.max(20, (this.out.columns ?? 120) - 1))}`);
    else if (text.replace(/\d+/g, '') !== this.last.replace(/\d+/g, '')) this.out.write(`${text}\n`);
    this.last = text;
  }

  end(text?: string): void {
    if (this.quiet) return;
    if (this.out.isTTY) this.out.write('\r\u001b[2K');
    if (text !== undefined) this.out.write(`${text}\n`);
    this.last = '';
  }
}

export function bar(percent: number, width = 20): string {
  const full = Math.round((Math.min(100, Math.max(0, percent)) / 100) * width);
  return `${'█'.repeat(full)}${'░'.repeat(width - full)}`;
}

export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}
