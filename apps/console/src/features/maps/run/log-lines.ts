/** Lines that are kept to be looked at; the rest is in the whole log. */
const LINES_MAX = 1_000;
const LINE_MAX = 2_000;

export interface Tail {
  lines: readonly string[];
  /** What came after the last end of a line. */
  rest: string;
  /** Earlier lines were dropped. */
  isCut: boolean;
}
export const EMPTY: Tail = { lines: [], rest: '', isCut: false };

export function withText({ lines, rest, isCut }: Tail, text: string): Tail {
  const parts = (rest + text).split('\n');
  const next = parts.pop() ?? '';
  const all = [...lines, ...parts.map(readable)];
  return { lines: all.slice(-LINES_MAX), rest: next.slice(-LINE_MAX), isCut: isCut || all.length > LINES_MAX };
}

/** Steps speak in lines of JSON; anything else is shown as it came. */
function readable(line: string): string {
  if (!line.startsWith('{')) return line.slice(0, LINE_MAX);
  try {
    const { at, level, percent, message } = JSON.parse(line) as Record<string, unknown>; // read member by member below
    if (typeof message !== 'string') return line.slice(0, LINE_MAX);
    const time = typeof at === 'string' ? `${at.slice(11, 19)} ` : '';
    const loud = level === 'warn' || level === 'error' ? `${level.toUpperCase()} ` : '';
    const part = typeof percent === 'number' ? ` (${Math.round(percent)} %)` : '';
    return `${time}${loud}${message}${part}`.slice(0, LINE_MAX);
  } catch {
    return line.slice(0, LINE_MAX);
  }
}
