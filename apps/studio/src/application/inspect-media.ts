import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { MediaProblem } from '@stead/contracts/studio';
import type { ObjectStore } from '@stead/platform/object-store';
import type { MediaInspector, MediaStore } from './media-ports';
import type { UnitOfWork } from './ports';
import { mediaKeys, mediaStateAfter, type Media, type Shown } from '../domain/media';

type Outcome = { event: 'accept'; shown: Shown } | { event: 'refuse'; problem: MediaProblem };

const OTHER_CONTENT: MediaProblem = {
  code: 'other-content',
  detail: 'What arrived is not the file that was announced.',
  fix: 'Upload it again.',
};

/**
 * Looks into an upload and keeps what can be shown of it. May run any number of times: what is shown gets the same key each
 * time, and one run's outcome is written.
 */
export class InspectMedia {
  constructor(
    private readonly work: UnitOfWork,
    private readonly media: MediaStore,
    private readonly store: ObjectStore,
    private readonly inspector: MediaInspector,
  ) {}

  async run(workspaceId: string, id: string): Promise<void> {
    const media = await this.work.tenant(workspaceId, (tx) => this.media.find(tx, workspaceId, id));
    if (media?.state !== 'checking') return; // done, or deleted since
    const folder = await mkdtemp(join(tmpdir(), 'stead-media-'));
    try {
      await this.settle(media, await this.inspect(media, join(folder, 'upload')));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
    await this.store.delete(mediaKeys.upload(workspaceId, id));
  }

  /** Nothing of it is left. What is gone already does no harm. */
  async purge(workspaceId: string, id: string): Promise<void> {
    await this.store.delete(mediaKeys.upload(workspaceId, id));
    await this.store.deletePrefix(mediaKeys.prefix(workspaceId, id));
  }

  private async inspect(media: Media, path: string): Promise<Outcome> {
    const { body } = await this.store.get(mediaKeys.upload(media.workspaceId, media.id));
    await pipeline(body, createWriteStream(path));
    if ((await sha256Of(path)) !== media.sha256) return { event: 'refuse', problem: OTHER_CONTENT };
    const verdict = await this.inspector.inspect({ path, bytes: media.bytes });
    if (!verdict.ok) return { event: 'refuse', problem: verdict.problem };
    const shown = { ...verdict.shown, sha256: await sha256Of(verdict.path), bytes: (await stat(verdict.path)).size };
    await this.store.put(mediaKeys.shown(media, shown), createReadStream(verdict.path), { mediaType: shown.mediaType });
    return { event: 'accept', shown };
  }

  private async settle({ workspaceId, id }: Media, outcome: Outcome): Promise<void> {
    const late = await this.work.tenant(workspaceId, async (tx) => {
      const media = await this.media.find(tx, workspaceId, id, { lock: true });
      const state = media === null ? null : mediaStateAfter(media, outcome.event);
      if (media === null || state === null) return media?.state !== 'ready';
      const found = outcome.event === 'accept' ? outcome.shown : { problem: outcome.problem };
      await this.media.change(tx, media, { ...media, state, ...found });
      return false;
    });
    // Deleted while it was looked into: what was put there after the purge goes too.
    if (late) await this.purge(workspaceId, id);
  }
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
