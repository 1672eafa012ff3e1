/** What the server said against a field or a part of it, by its JSON pointer. */
export function problemAt(error: unknown, pointer: string): string | undefined {
  const given: unknown = error instanceof Error && 'errors' in error ? error.errors : [];
  const errors = Array.isArray(given) ? (given as { pointer: string; detail: string }[]) : []; // an ApiProblem's
  return errors.find((one) => one.pointer === pointer || one.pointer.startsWith(`${pointer}/`))?.detail;
}
