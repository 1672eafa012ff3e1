import type { Logger } from '@stead/platform/logging';

type Look = (fields: Readonly<Record<string, unknown>>, message: string) => void;

/** A logger that writes nothing and shows each line to somebody. */
export function loggerTo(look: Look): Logger {
  const line = (fields: object, message: string): void => look({ ...fields }, message);
  // Making a logger of the real kind takes longer than a whole schedule; use cases call these four of its methods.
  return { debug: line, info: line, warn: line, error: line } as unknown as Logger;
}
