import type { z } from 'zod';
import type { FieldProblem } from './app-error';

const PROBLEMS_MAX = 20;
/** How zod says what it would have taken, before what it was given. */
const EXPECTED = /\bexpected (.+?)(?:, received .+)?$/;

/** zod's issues with `input` as field problems, each with the fix: unknown keys one by one, and what is missing as missing. */
export function fieldProblems(error: z.ZodError, input: unknown): FieldProblem[] {
  const problems = error.issues.flatMap((issue): FieldProblem[] => {
    const base = issue.path.map((part) => `/${escapePointer(String(part))}`).join('');
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({ pointer: `${base}/${escapePointer(key)}`, detail: 'Unknown field; remove it' }));
    }
    const detail = at(input, issue.path) === undefined ? missing(issue) : issue.message;
    return [{ pointer: base === '' ? '/' : base, detail }];
  });
  return problems.slice(0, PROBLEMS_MAX);
}

/** A schema's own words stay: they say more than that nothing came. */
function missing({ code, message }: z.core.$ZodIssue): string {
  const [, expected] = EXPECTED.exec(message) ?? [];
  if (expected !== undefined) return `Is missing; expected ${expected}`;
  return code === 'invalid_union' ? 'Is missing' : message;
}

function at(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null ? (value as Readonly<Record<PropertyKey, unknown>>)[key] : undefined, // any key may be asked for
    input,
  );
}

/** RFC 6901 §3. */
function escapePointer(part: string): string {
  return part.replaceAll('~', '~0').replaceAll('/', '~1').slice(0, 200);
}
