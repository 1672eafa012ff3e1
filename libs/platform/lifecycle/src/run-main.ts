/**
 * The body of a `main.ts`. What keeps a process from starting is said in one message, which names the cause and, for a
 * configuration, every problem at once; a stack would hide it.
 */
export function runMain(body: () => Promise<void>): void {
  body().catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`, () => process.exit(1));
  });
}
