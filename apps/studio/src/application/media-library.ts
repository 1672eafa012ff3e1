import { checkMedia, MEDIA_MAX, purgeMedia, type CreateMediaBody } from '@stead/contracts/studio';
import type { WorkspaceActor } from '@stead/platform/auth';
import type { Clock } from '@stead/platform/clock';
import { newId } from '@stead/platform/ids';
import type { ObjectStore, PresignedUpload } from '@stead/platform/object-store';
import type { Outbox } from '@stead/platform/outbox';
import type { Tx } from '@stead/platform/postgres';
import type { MediaPage, MediaStore } from './media-ports';
import type { UnitOfWork } from './ports';
import { studioError } from '../domain/errors';
import { mediaKeys, mediaStateAfter, type Media } from '../domain/media';

const UPLOAD_S = 3600;
const UNSENT_MS = 24 * 3600 * 1000;
const URL_S = 900;

/** The files that elements show. Bytes go from the browser to the object store and back: never through here. */
export class MediaLibrary {
  constructor(
    private readonly work: UnitOfWork,
    private readonly media: MediaStore,
    private readonly store: ObjectStore,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
  ) {}

  /** `requestId` is the same for each repetition of the request, which gets another address for the same file. */
  async create(
    { workspaceId }: WorkspaceActor,
    requestId: string,
    { name, bytes, sha256 }: CreateMediaBody,
  ): Promise<{ media: Media; upload: PresignedUpload }> {
    const media = await this.work.tenant(workspaceId, async (tx) => {
      const there = await this.media.findByRequest(tx, workspaceId, requestId);
      if (there !== null) return there;
      await this.forgetUnsent(tx, workspaceId);
      if ((await this.media.count(tx, workspaceId)) >= MEDIA_MAX)
        throw studioError['too-many-media'](`It has ${MEDIA_MAX} files; delete some that nothing shows`);
      const made: Media = {
        ...{ id: newId(), workspaceId, requestId, name, state: 'uploading', bytes, sha256, createdAt: this.clock.now() },
        ...{ kind: null, mediaType: null, extension: null, widthPx: null, heightPx: null, durationS: null, problem: null },
      };
      await this.media.insert(tx, made);
      return made;
    });
    const options = { expiresS: UPLOAD_S, bytes, sha256 };
    return { media, upload: await this.store.presignPut(mediaKeys.upload(workspaceId, media.id), options) };
  }

  /** The file is there: it is looked into soon. */
  async check({ workspaceId }: WorkspaceActor, id: string): Promise<Media> {
    const arrived = await this.store.head(mediaKeys.upload(workspaceId, id));
    return this.work.tenant(workspaceId, async (tx) => {
      const media = await this.load(tx, workspaceId, id, true);
      const state = mediaStateAfter(media, 'check');
      if (state === null) return media;
      if (arrived?.bytes !== media.bytes)
        throw studioError['media-not-uploaded']('PUT it to the address that came with it, with the headers that came with that');
      const next = { ...media, state };
      await this.media.change(tx, media, next);
      await this.outbox.add(tx, workspaceId, checkMedia, { mediaId: id });
      return next;
    });
  }

  get({ workspaceId }: WorkspaceActor, id: string): Promise<Media> {
    return this.work.tenant(workspaceId, (tx) => this.load(tx, workspaceId, id, false));
  }

  list({ workspaceId }: WorkspaceActor, page: MediaPage): Promise<Media[]> {
    return this.work.tenant(workspaceId, (tx) => this.media.list(tx, workspaceId, { ...page, limit: page.limit + 1 }));
  }

  rename({ workspaceId }: WorkspaceActor, id: string, name: string): Promise<Media> {
    return this.work.tenant(workspaceId, async (tx) => {
      const media = await this.load(tx, workspaceId, id, true);
      const next = { ...media, name };
      await this.media.change(tx, media, next);
      return next;
    });
  }

  /** What was published of it stays: publications have copies of their own. */
  async delete({ workspaceId }: WorkspaceActor, id: string): Promise<void> {
    await this.work.tenant(workspaceId, async (tx) => {
      const media = await this.load(tx, workspaceId, id, true);
      const scenes = await this.media.scenesThatShow(tx, workspaceId, id);
      if (scenes.length > 0)
        throw studioError['media-in-use'](`Elements of ${scenes.join(', ')} show it; take it out of them first`);
      await this.drop(tx, media);
    });
  }

  /** Null while there is nothing to show. The same for some minutes, so that browsers recognise what they have. */
  async urlOf(media: Media): Promise<string | null> {
    const { state, extension, sha256 } = media;
    if (state !== 'ready' || extension === null) return null;
    return this.store.presignGet(mediaKeys.shown(media, { sha256, extension }), { expiresS: URL_S, stableForS: URL_S });
  }

  private async forgetUnsent(tx: Tx, workspaceId: string): Promise<void> {
    const before = new Date(this.clock.now().getTime() - UNSENT_MS);
    for (const media of await this.media.unsentBefore(tx, workspaceId, before)) await this.drop(tx, media);
  }

  private async drop(tx: Tx, media: Media): Promise<void> {
    const state = mediaStateAfter(media, 'delete');
    if (state === null) return;
    await this.media.change(tx, media, { ...media, state });
    await this.outbox.add(tx, media.workspaceId, purgeMedia, { mediaId: media.id });
  }

  private async load(tx: Tx, workspaceId: string, id: string, lock: boolean): Promise<Media> {
    const media = await this.media.find(tx, workspaceId, id, { lock });
    if (media === null || media.state === 'deleted') throw studioError['media-not-found']();
    return media;
  }
}
