import type { CreatePublicationBody } from '@stead/contracts/studio';
import type { WorkspaceActor } from '@stead/platform/auth';
import type { Clock } from '@stead/platform/clock';
import { newId } from '@stead/platform/ids';
import type { Outbox } from '@stead/platform/outbox';
import type { Tx } from '@stead/platform/postgres';
import type { PublishGate } from './privacy/privacy-policy';
import { OPEN_ACCESS, accessOf, hashOf } from './access-of';
import { announce } from './announcement';
import type { EditionStore, MapVersionStore, PublicationStore, UnitOfWork } from './ports';
import { editionOf, type TakeEdition } from './take-edition';
import { studioError } from '../domain/errors';
import { newPublicationId, type Publication } from '../domain/publication';

/** Publishes a version of a map, or a scene of it, under a new address. */
export class CreatePublication {
  constructor(
    private readonly work: UnitOfWork,
    private readonly publications: PublicationStore,
    private readonly versions: MapVersionStore,
    private readonly store: EditionStore,
    private readonly editions: TakeEdition,
    private readonly gate: PublishGate,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
  ) {}

  /** `requestId` is the same for each repetition of the request, so a repeated one finds the publication that is there. */
  async run(actor: WorkspaceActor, requestId: string, body: CreatePublicationBody): Promise<Publication> {
    const { workspaceId } = actor;
    const made = await this.work.tenant(workspaceId, (tx) => this.publications.findByRequest(tx, workspaceId, requestId));
    if (made !== null) return made;
    const access = accessOf(OPEN_ACCESS, body, await hashOf(body.password));
    const id = newPublicationId();
    const taken = body.sceneId === undefined ? null : await this.editions.of(actor, id, body.spaceMapId, body.sceneId);
    return this.work.tenant(workspaceId, async (tx) => {
      const there = await this.publications.findByRequest(tx, workspaceId, requestId);
      if (there !== null) return there;
      const version = await this.versions.hold(tx, workspaceId, body.spaceMapId, taken?.version.id ?? body.versionId ?? null);
      if (version === null) throw this.missing(body);
      await this.gate.require(tx, workspaceId, version.id);
      const edition = taken ?? editionOf(version, null);
      const now = this.clock.now();
      const publication: Publication = {
        id,
        workspaceId,
        sortId: newId(),
        requestId,
        spaceMapId: version.spaceMapId,
        title: body.title ?? version.name,
        ...access,
        state: 'published',
        edition,
        earlier: [],
        revision: 1,
        createdAt: now,
        changedAt: now,
      };
      await this.store.insert(tx, publication, edition, now);
      if (!(await this.publications.insert(tx, publication))) return this.already(tx, workspaceId, requestId);
      await announce(tx, this.outbox, null, publication);
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
