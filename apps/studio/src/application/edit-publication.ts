import { publicationChanged, type ChangePublicationBody } from '@stead/contracts/studio';
import type { WorkspaceActor } from '@stead/platform/auth';
import type { Clock } from '@stead/platform/clock';
import type { Outbox } from '@stead/platform/outbox';
import type { Tx } from '@stead/platform/postgres';
import { requireMatch } from '@stead/platform/revision';
import { announcementOf } from './announcement';
import type { MapVersionStore, PublicationPage, PublicationStore, UnitOfWork } from './ports';
import { studioError } from '../domain/errors';
import {
  movedTo,
  rolledBack,
  stateAfter,
  type KnownMapVersion,
  type Publication,
  type PublicationChange,
} from '../domain/publication';
import type { PublicationEvent } from '../domain/publication.machine';

/** What an owner does to a publication that is there. Each change is one transaction with its announcement. */
export class EditPublication {
  constructor(
    private readonly work: UnitOfWork,
    private readonly publications: PublicationStore,
    private readonly versions: MapVersionStore,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
  ) {}

  get({ workspaceId }: WorkspaceActor, id: string): Promise<Publication> {
    return this.work.tenant(workspaceId, (tx) => this.load(tx, workspaceId, id, false));
  }

  list({ workspaceId }: WorkspaceActor, page: PublicationPage): Promise<Publication[]> {
    return this.work.tenant(workspaceId, (tx) => this.publications.list(tx, workspaceId, { ...page, limit: page.limit + 1 }));
  }

  change(actor: WorkspaceActor, id: string, body: ChangePublicationBody, ifMatch: string | null): Promise<Publication> {
    return this.edit(actor, id, ifMatch, 'change', async (publication, tx) => ({
      title: body.title ?? publication.title,
      visibility: body.visibility ?? publication.visibility,
      ...(body.versionId === undefined ? {} : movedTo(publication, await this.versionFor(tx, publication, body.versionId))),
    }));
  }

  rollBack(actor: WorkspaceActor, id: string, ifMatch: string | null): Promise<Publication> {
    return this.edit(actor, id, ifMatch, 'change', async (publication, tx) => {
      const known = await this.versions.findAll(tx, actor.workspaceId, publication.earlier);
      return rolledBack(publication, new Map(known.map((version) => [version.id, version])));
    });
  }

  /** The same address shows the place again. */
  publish(actor: WorkspaceActor, id: string, ifMatch: string | null): Promise<Publication> {
    return this.edit(actor, id, ifMatch, 'publish', () => ({}));
  }

  unpublish(actor: WorkspaceActor, id: string, ifMatch: string | null): Promise<Publication> {
    return this.edit(actor, id, ifMatch, 'unpublish', () => ({}));
  }

  private async edit(
    { workspaceId }: WorkspaceActor,
    id: string,
    ifMatch: string | null,
    event: PublicationEvent,
    changeOf: (publication: Publication, tx: Tx) => Partial<PublicationChange> | Promise<Partial<PublicationChange>>,
  ): Promise<Publication> {
    return this.work.tenant(workspaceId, async (tx) => {
      const publication = await this.load(tx, workspaceId, id, true);
      requireMatch(ifMatch, publication.revision);
      const state = stateAfter(publication, event);
      if (state === null) return publication;
      const { title, visibility, version, earlier } = publication;
      const change: PublicationChange = { title, visibility, version, earlier, ...(await changeOf(publication, tx)), state };
      if (unchanged(publication, change)) return publication;
      const changedAt = this.clock.now();
      if (!(await this.publications.change(tx, publication, change, changedAt))) throw studioError['publication-changed']();
      const changed: Publication = { ...publication, ...change, changedAt, revision: publication.revision + 1 };
      await this.outbox.add(tx, workspaceId, publicationChanged, announcementOf(changed));
      return changed;
    });
  }

  private async versionFor(tx: Tx, { workspaceId, spaceMapId }: Publication, versionId: string): Promise<KnownMapVersion> {
    const version = await this.versions.hold(tx, workspaceId, spaceMapId, versionId);
    if (version === null) throw studioError['map-version-not-found'](`Its map has no version ${versionId} that is ready`);
    return version;
  }

  private async load(tx: Tx, workspaceId: string, id: string, lock: boolean): Promise<Publication> {
    const publication = await this.publications.find(tx, workspaceId, id, { lock });
    if (publication === null) throw studioError['publication-not-found']();
    return publication;
  }
}

function unchanged(publication: Publication, change: PublicationChange): boolean {
  return (
    publication.title === change.title &&
    publication.visibility === change.visibility &&
    publication.state === change.state &&
    publication.version.id === change.version.id
  );
}
