import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { requestRun } from '@stead/contracts/dispatcher';
import { PRESETS } from '@stead/contracts/pipeline';
import { newId } from '@stead/platform/ids';
import { BullClient } from '@stead/platform/queue';
import type { FaultHouse } from './fault-house';

const LOOK_MS = 2;
const ACCEPT_TIMEOUT_MS = 60_000;

/** Requests of runs as other services send them: over the queue, to whichever worker takes them. */
export class Requests {
  private readonly redis: Redis;
  private readonly queue: BullClient;

  constructor(private readonly house: FaultHouse) {
    this.redis = new Redis(house.house.config.REDIS_URL, { maxRetriesPerRequest: null });
    this.redis.on('error', () => undefined); // experiments cut it off
    this.queue = new BullClient(this.redis, () => undefined);
  }

  /** Milliseconds from sending the request until the run is committed, and seen by another connection. */
  async accept(pipeline: string): Promise<{ runId: string; ms: number }> {
    const runId = newId();
    const startedMs = performance.now();
    await this.send(runId, pipeline);
    while (!(await this.isThere(runId))) {
      if (performance.now() - startedMs > ACCEPT_TIMEOUT_MS) throw new Error(`run ${runId} was not accepted`);
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
    this.house.acknowledged.push(runId);
    return { runId, ms: performance.now() - startedMs };
  }

  async send(runId: string, pipeline: string): Promise<void> {
    const payload = {
      ...{ runId, pipeline, entrypoint: 'photos' as const, captureId: newId(), options: PRESETS.preview, title: 'Lobby' },
      ...{ priority: 50, deadline: null, reuse: null, features: { files: 20, megapixels: 40, points: null, bytes: 1_000_000 } },
    };
    const envelope = {
      ...{ id: newId(), origin: 'space_maps', workspaceId: this.house.house.workspaceId, requestId: randomUUID() },
      ...{ at: new Date().toISOString(), payload },
    };
    await this.queue.emitAll([{ receiver: 'dispatcher', message: requestRun, envelope }]);
  }

  async close(): Promise<void> {
    await this.queue.close();
    this.redis.disconnect();
  }

  private async isThere(runId: string): Promise<boolean> {
    return (await this.house.history.query('SELECT 1 FROM dispatcher.run WHERE id = $1::uuid', [runId])).length > 0;
  }
}
