import { ApiProblem } from '@stead/web/api-client';

/** What the server said against a field of a body, by the JSON pointer to it. */
export function problemAt(error: unknown): (pointer: string) => string | undefined {
  const errors = error instanceof ApiProblem ? error.errors : [];
  return (pointer) => errors.find((one) => one.pointer === pointer || one.pointer.startsWith(`${pointer}/`))?.detail;
}

/** Whether a field says it already, so that it need not be said once more. */
export function isAtField(error: unknown, pointers: readonly string[]): boolean {
  return pointers.some((pointer) => problemAt(error)(pointer) !== undefined);
}
