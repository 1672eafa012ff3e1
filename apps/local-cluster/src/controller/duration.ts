const UNITS_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `30`, `1.5s`, `2m30s`, `1h`: a bare number is seconds. Null when it is none. */
export function parseDurationMs(text: string): number | null {
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1_000;
  let total = 0;
  let rest = text;
  for (let match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)/.exec(rest); match !== null; match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)/.exec(rest)) {
    total += Number(match[1]) * (UNITS_MS[match[2] ?? ''] ?? 0);
    rest = rest.slice(match[0].length);
  }
  return rest === '' && text !== '' ? total : null;
}
