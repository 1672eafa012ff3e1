import { createHash } from 'node:crypto';
import { keys } from '@stead/contracts/pipeline';
import type { RunResult } from '@stead/contracts/dispatcher';
import type { RunRecord } from '../in-memory/memory-database';
import type { Outcome, WrittenObject } from './simulated-workflow';

/** Knows of every bundle whether its step wrote it whole, and what has become of its files since. */
export class ResultRecord {
  /** Hashes of manifests that speak of their own epoch and whose files were whole, by the key of the manifest. */
  private readonly good = new Map<string, Set<string>>();
  private readonly damaged = new Map<string, number>();
  private readonly readAt = new Map<string, number>();
  private events = 0;

  wrote(objects: readonly WrittenObject[], outcome: Outcome): void {
    for (const { key, body } of objects) {
      this.damaged.delete(key);
      if (!key.endsWith('/manifest.json') || outcome !== 'whole') continue;
      const hashes = this.good.get(key) ?? new Set<string>();
      this.good.set(key, hashes);
      hashes.add(createHash('sha256').update(body).digest('hex'));
    }
  }

  damage(key: string): void {
    this.damaged.set(key, (this.events += 1));
  }

  read(key: string): void {
    this.readAt.set(key, (this.events += 1));
  }

  /** Why this result should not have been published; null when it is whole as far as anybody could see when they looked. */
  faultOf({ workspaceId, id }: RunRecord, { epoch, manifestSha256 }: RunResult): string | null {
    if (this.good.get(keys.bundleManifest(workspaceId, id, epoch))?.has(manifestSha256) !== true)
      return `${id} published epoch ${epoch} with a manifest that was never whole`;
    for (const [file, damagedAt] of this.damaged) {
      if (!file.startsWith(keys.bundlePrefix(workspaceId, id, epoch))) continue;
      if ((this.readAt.get(file) ?? Infinity) > damagedAt) return `${file} was damaged before it was read`;
    }
    return null;
  }
}
