import type { z } from 'zod';
import type { FieldProblem } from './app-error';

const PROBLEMS_MAX = 20;

/** zod's issues as field problems. Unknown keys are named one by one, each with the fix. */
export function fieldProblems(error: z.ZodError, prefix = ''): FieldProblem[] {
  const problems = error.issues.flatMap((issue): FieldProblem[] => {
    const base = prefix + issue.path.map((part) => `/${escapePointer(String(part))}`).join('');
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({ pointer: `${base}/${escapePointer(key)}`, detail: 'Unknown field; remove it' }));
    }
    return [{ pointer: base === '' ? '/' : base, detail: issue.message }];
  });
  return problems.slice(0, PROBLEMS_MAX);
}

/** RFC 6901 §3. */
function escapePointer(part: string): string {
  return part.replaceAll('~', '~0').replaceAll('/', '~1').slice(0, 200);
}
