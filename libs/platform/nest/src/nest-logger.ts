import type { LoggerService } from '@nestjs/common';
import type { Logger } from '@stead/platform/logging';

/** Nest's own words as structured lines; its start-up chatter is kept at debug. */
export class NestLogger implements LoggerService {
  constructor(private readonly logger: Logger) {}

  log(message: unknown, ...context: unknown[]): void {
    this.logger.debug({ context }, String(message));
  }

  error(message: unknown, ...context: unknown[]): void {
    this.logger.error({ context }, message instanceof Error ? (message.stack ?? message.message) : String(message));
  }

  warn(message: unknown, ...context: unknown[]): void {
    this.logger.warn({ context }, String(message));
  }
}
