/** What the server said against an element, by the JSON pointer of what is wrong within it. */
export interface Problems {
  at(pointer: string): string | undefined;
  /** What is wrong at the pointer or below it, where no field of its own says it. */
  below(pointer: string): string | undefined;
  /** The whole of it. */
  error: unknown;
}

export function problemsOf(error: unknown): Problems {
  const given: unknown = error instanceof Error && 'errors' in error ? error.errors : [];
  const errors = Array.isArray(given) ? (given as { pointer: string; detail: string }[]) : []; // an ApiProblem's
  return {
    at: (pointer) => errors.find((one) => one.pointer === pointer)?.detail,
    below: (pointer) => errors.find((one) => one.pointer === pointer || one.pointer.startsWith(`${pointer}/`))?.detail,
    error,
  };
}
