import { publicationChanged, type CreatePublicationBody } from '@stead/contracts/studio';
import type { WorkspaceActor } from '@stead/platform/auth';
import type { Clock } from '@stead/platform/clock';
import { newId } from '@stead/platform/ids';
import type { Outbox } from '@stead/platform/outbox';
import type { Tx } from '@stead/platform/postgres';
import { announcementOf } from './announcement';
import type { MapVersionStore, PublicationStore, UnitOfWork } from './ports';
import { studioError } from '../domain/errors';
import { newPublicationId, type Publication } from '../domain/publication';

/** Publishes a version of a map under a new address. */
export class CreatePublication {
  constructor(
    private readonly work: UnitOfWork,
    private readonly publications: PublicationStore,
    private readonly versions: MapVersionStore,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
  ) {}

  /** `requestId` is the same for each repetition of the request, so a repeated one finds the publication that is there. */
  async run({ workspaceId }: WorkspaceActor, requestId: string, body: CreatePublicationBody): Promise<Publication> {
    return this.work.tenant(workspaceId, async (tx) => {
      const there = await this.publications.findByRequest(tx, workspaceId, requestId);
      if (there !== null) return there;
      const version = await this.versions.hold(tx, workspaceId, body.spaceMapId, body.versionId ?? null);
      if (version === null) throw this.missing(body);
      const now = this.clock.now();
      const publication: Publication = {
        id: newPublicationId(),
        workspaceId,
        sortId: newId(),
        requestId,
        spaceMapId: version.spaceMapId,
        title: body.title ?? version.name,
        visibility: body.visibility,
        state: 'published',
        version,
        earlier: [],
        revision: 1,
        createdAt: now,
        changedAt: now,
      };
      if (!(await this.publications.insert(tx, publication))) return this.already(tx, workspaceId, requestId);
      await this.outbox.add(tx, workspaceId, publicationChanged, announcementOf(publication));
      return publication;
    });
  }

  /** The same request, sent twice at once, was faster over there. */
  private async already(tx: Tx, workspaceId: string, requestId: string): Promise<Publication> {
    const there = await this.publications.findByRequest(tx, workspaceId, requestId);
    if (there === null) throw studioError['publication-changed']('Repeat the request');
    return there;
  }

  private missing({ spaceMapId, versionId }: CreatePublicationBody): Error {
    if (versionId !== undefined)
      return studioError['map-version-not-found'](`Map ${spaceMapId} has no version ${versionId} that is ready`);
    return studioError['space-map-not-ready']('Wait until a version of the map is ready, and that it exists');
  }
}
