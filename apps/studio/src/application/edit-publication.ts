import { isDeepStrictEqual } from 'node:util';
import type { ChangePublicationBody } from '@stead/contracts/studio';
import type { WorkspaceActor } from '@stead/platform/auth';
import type { Clock } from '@stead/platform/clock';
import type { Outbox } from '@stead/platform/outbox';
import type { Tx } from '@stead/platform/postgres';
import { requireMatch } from '@stead/platform/revision';
import { accessOf, hashOf } from './access-of';
import { announce } from './announcement';
import type { EditionStore, MapVersionStore, PublicationPage, PublicationStore, UnitOfWork } from './ports';
import type { PublishGate } from './privacy/privacy-policy';
import { editionOf, type TakeEdition } from './take-edition';
import { studioError } from '../domain/errors';
import {
  movedTo,
  rolledBack,
  settingsOf,
  stateAfter,
  type Edition,
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
    private readonly editions: EditionStore,
    private readonly taking: TakeEdition,
    private readonly gate: PublishGate,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
  ) {}

  get({ workspaceId }: WorkspaceActor, id: string): Promise<Publication> {
    return this.work.tenant(workspaceId, (tx) => this.load(tx, workspaceId, id, false));
  }

  list({ workspaceId }: WorkspaceActor, page: PublicationPage): Promise<Publication[]> {
    return this.work.tenant(workspaceId, (tx) => this.publications.list(tx, workspaceId, { ...page, limit: page.limit + 1 }));
  }

  async change(actor: WorkspaceActor, id: string, body: ChangePublicationBody, ifMatch: string | null): Promise<Publication> {
    const [taken, passwordHash] = await Promise.all([
      body.sceneId === undefined ? null : this.take(actor, id, body.sceneId),
      hashOf(body.password),
    ]);
    return this.edit(actor, id, ifMatch, 'change', async (publication, tx) => ({
      title: body.title ?? publication.title,
      ...accessOf(publication, body, passwordHash),
      ...(taken === null
        ? {}
        : await this.move(tx, publication, await this.versionFor(tx, publication, taken.version.id), taken.scene)),
      // A version by itself: what hangs in the scene of another one may be elsewhere in it.
      ...(body.versionId === undefined
        ? {}
        : await this.move(tx, publication, await this.versionFor(tx, publication, body.versionId), null)),
    }));
  }

  rollBack(actor: WorkspaceActor, id: string, ifMatch: string | null): Promise<Publication> {
    return this.edit(actor, id, ifMatch, 'change', async (publication, tx) => {
      const ids = publication.earlier.map((earlier) => earlier.id);
      const known = await this.editions.findAll(tx, actor.workspaceId, ids);
      return rolledBack(publication, new Map(known.map((edition) => [edition.id, edition])));
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
      const before = settingsOf(publication);
      const change: PublicationChange = { ...before, ...(await changeOf(publication, tx)), state };
      if (isDeepStrictEqual(before, change)) return publication;
      // What is shown goes on as it is; what comes to be shown is asked about.
      if (state === 'published' && (publication.state !== state || change.edition.version.id !== before.edition.version.id))
        await this.gate.require(tx, workspaceId, change.edition.version.id);
      const changedAt = this.clock.now();
      if (!(await this.publications.change(tx, publication, change, changedAt))) throw studioError['publication-changed']();
      const changed: Publication = { ...publication, ...change, changedAt, revision: publication.revision + 1 };
      await announce(tx, this.outbox, publication, changed);
      return changed;
    });
  }

  private async take(actor: WorkspaceActor, id: string, sceneId: string): Promise<Edition> {
    const { spaceMapId } = await this.get(actor, id);
    return this.taking.of(actor, id, spaceMapId, sceneId);
  }

  private async move(
    tx: Tx,
    publication: Publication,
    version: KnownMapVersion,
    scene: Edition['scene'],
  ): Promise<Partial<PublicationChange>> {
    const edition = editionOf(version, scene);
    const moved = movedTo(publication, edition);
    if (moved.edition === edition) await this.editions.insert(tx, publication, edition, this.clock.now());
    return moved;
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
