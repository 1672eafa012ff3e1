/** The code of an error of the operating system, such as ENOENT; empty when it has none. Errors may come from another realm. */
export function systemCode(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
