import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { requestRun } from '@stead/contracts/dispatcher';
import { PRESETS } from '@stead/contracts/pipeline';
import { newId } from '@stead/platform/ids';
import { BullClient } from '@stead/platform/queue';
import { Acceptances } from './acceptances';
import type { FaultHouse } from './fault-house';

const ACCEPT_TIMEOUT_MS = 60_000;

/** Requests of runs as other services send them: over the queue, to whichever worker takes them. */
export class Requests {
  private readonly redis: Redis;
  private readonly queue: BullClient;
  private acceptances: Promise<Acceptances> | null = null;

  constructor(private readonly house: FaultHouse) {
    this.redis = new Redis(house.house.config.REDIS_URL, { maxRetriesPerRequest: null });
    this.redis.on('error', () => undefined); // experiments cut it off
    this.queue = new BullClient(this.redis, () => undefined);
  }

  /** Milliseconds from sending the request until the run is committed. */
  async accept(pipeline: string): Promise<{ runId: string; ms: number }> {
    const runId = newId();
    this.acceptances ??= Acceptances.listen(this.house.house.database.adminUrl);
    const accepted = (await this.acceptances).of(runId, ACCEPT_TIMEOUT_MS);
    const startedMs = performance.now();
    await Promise.all([this.send(runId, pipeline), accepted]);
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
    await (await this.acceptances)?.close();
  }
}
