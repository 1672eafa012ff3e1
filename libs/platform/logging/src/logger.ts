import pino, { type Logger as PinoLogger } from 'pino';
import { currentContext } from './context';

export type Logger = PinoLogger;

/** Names of members that never reach a log, wherever they stand. */
const SECRET_MEMBERS = [
  'password',
  'secret',
  'token',
  'apiKey',
  'authorization',
  'cookie',
  'refreshToken',
  'accessToken',
  'secretAccessKey',
];

export interface LoggerOptions {
  service: string;
  level?: string;
  /** Where lines go; standard output by default. */
  destination?: string;
}

/** One JSON object per line. The current request or job is added to each line by itself. */
export function createLogger({ service, level = 'info', destination }: LoggerOptions): Logger {
  const paths = SECRET_MEMBERS.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]);
  return pino(
    {
      level,
      base: { service },
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: [...paths, 'headers["x-stead-identity"]'], censor: '[redacted]' },
      mixin: () => ({ ...currentContext() }),
      serializers: { error: pino.stdSerializers.err },
    },
    destination === undefined
      ? pino.destination({ sync: false })
      : pino.destination({ dest: destination, mkdir: true, sync: false }),
  );
}
