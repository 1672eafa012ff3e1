import 'reflect-metadata';
import { Controller } from '@nestjs/common';
import { Redis } from 'ioredis';
import { runProgressed } from '@stead/contracts/dispatcher';
import { createLogger } from '@stead/platform/logging';
import { createMetrics } from '@stead/platform/metrics';
import type { MessageContext } from '../bull-server';
import { Handles, MessageOf } from '../handles';
import { startWorker } from '../worker';

/** A worker that takes a message, says so, and never ends: somebody kills it. `hanging-worker.ts <redis url>` */
@Controller()
class HangingReceiver {
  @Handles(runProgressed)
  onProgress(@MessageOf.payload() _payload: unknown, @MessageOf.context() { id }: MessageContext): Promise<void> {
    process.stdout.write(`took ${id}\n`);
    return new Promise(() => undefined);
  }
}
class HangingModule {}

void startWorker({
  service: 'notifications',
  messages: [runProgressed],
  module: { module: HangingModule, controllers: [HangingReceiver] },
  redis: new Redis(process.argv[2] ?? '', { maxRetriesPerRequest: null }),
  logger: createLogger({ service: 'hanging', level: 'silent' }),
  metrics: createMetrics('hanging', { processMetrics: false }),
});
