import { same } from './same';

export interface Difference {
  /** The member that differs, from the outside in: `title.en`. */
  path: string;
  left: unknown;
  right: unknown;
}

/** What differs between two values, member by member. Lists and places are told whole: their parts alone say nothing. */
export function differencesOf(left: unknown, right: unknown, path = ''): Difference[] {
  if (same(left, right)) return [];
  if (!isRecord(left) || !isRecord(right)) return [{ path, left, right }];
  const names = [...new Set([...Object.keys(left), ...Object.keys(right)])];
  return names.flatMap((name) => differencesOf(left[name], right[name], path === '' ? name : `${path}.${name}`));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** As short as it can be and still be told apart: numbers are rounded, members named. */
export function shortOf(value: unknown): string {
  if (value === null || value === undefined || value === '') return '–';
  if (typeof value === 'number') return String(Math.round(value * 1_000) / 1_000);
  if (typeof value === 'string') return value.replace(/<[^>]*>/g, ' ').trim();
  if (typeof value !== 'object') return String(value);
  if (Array.isArray(value)) return `[${value.map(shortOf).join(', ')}]`;
  return Object.entries(value)
    .flatMap(([name, member]) => (member === null || member === undefined ? [] : [`${name}: ${shortOf(member)}`]))
    .join(', ');
}
