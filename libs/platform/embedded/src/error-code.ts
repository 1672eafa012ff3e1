/** The system's name of a failure: `EEXIST`. Errors of another realm are no `instanceof Error`, so only the field is asked. */
export function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
