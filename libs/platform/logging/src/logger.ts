import pino, { type Logger as PinoLogger } from 'pino';
import { censored } from './censored';
import { currentContext } from './context';
import { openDestination } from './destination';

export type Logger = PinoLogger;

export interface LoggerOptions {
  service: string;
  level?: string;
  /** Where lines go; standard output by default. */
  destination?: string;
}

/** One JSON object per line. The current request or job is added to each line by itself. */
export function createLogger({ service, level = 'info', destination }: LoggerOptions): Logger {
  return pino(
    {
      level,
      base: { service },
      timestamp: pino.stdTimeFunctions.isoTime,
      mixin: () => ({ ...currentContext() }),
      formatters: { log: (line) => censored(line) as Record<string, unknown> }, // a record stays one
      serializers: { error: (error: unknown) => censored(plainError(error)) },
    },
    openDestination(destination),
  );
}

/** What pino makes of an error is an object of a class of its own. */
function plainError(error: unknown): unknown {
  return error instanceof Error ? { ...pino.stdSerializers.err(error) } : error;
}
