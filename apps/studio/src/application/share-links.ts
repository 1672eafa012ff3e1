import { isDeepStrictEqual } from 'node:util';
import { shareLinkChanged, type ChangeShareLinkBody, type CreateShareLinkBody } from '@stead/contracts/studio';
import type { WorkspaceActor } from '@stead/platform/auth';
import type { Clock } from '@stead/platform/clock';
import { newId } from '@stead/platform/ids';
import type { Outbox } from '@stead/platform/outbox';
import type { Tx } from '@stead/platform/postgres';
import { requireMatch } from '@stead/platform/revision';
import { hashOf } from './access-of';
import { announcementOfLink } from './announcement';
import type { PublicationStore, ShareLinkPage, ShareLinkStore, UnitOfWork } from './ports';
import { studioError } from '../domain/errors';
import {
  linkStateAfter,
  newShareLinkId,
  requireFuture,
  requireRoomForLink,
  type ShareLink,
  type ShareLinkChange,
} from '../domain/share-link';
import type { ShareLinkEvent } from '../domain/share-link.machine';

/** Ways in that an owner hands out and takes back. Each change is one transaction with its announcement. */
export class ShareLinks {
  constructor(
    private readonly work: UnitOfWork,
    private readonly publications: PublicationStore,
    private readonly links: ShareLinkStore,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
  ) {}

  async create(
    { workspaceId }: WorkspaceActor,
    publicationId: string,
    requestId: string,
    body: CreateShareLinkBody,
  ): Promise<ShareLink> {
    const passwordHash = (await hashOf(body.password)) ?? null;
    return this.work.tenant(workspaceId, async (tx) => {
      // Locked: two requests at once do not make the fifty-first together.
      const publication = await this.publications.find(tx, workspaceId, publicationId, { lock: true });
      if (publication === null) throw studioError['publication-not-found']();
      if (publication.state === 'closed') throw studioError['publication-closed']('Make a new publication of another map');
      const there = await this.links.findByRequest(tx, workspaceId, requestId);
      if (there !== null) return there;
      requireRoomForLink(await this.links.countActive(tx, workspaceId, publicationId));
      const now = this.clock.now();
      const { name, expiresAt, viewsMax, download } = body;
      const link: ShareLink = {
        ...{ id: newShareLinkId(), workspaceId, sortId: newId(), requestId, publicationId, name, state: 'active', passwordHash },
        expiresAt: expiresAt === undefined ? null : new Date(expiresAt),
        ...{ viewsMax: viewsMax ?? null, download, revision: 1, createdAt: now, changedAt: now },
      };
      requireFuture(link.expiresAt, now);
      await this.links.insert(tx, link);
      await this.outbox.add(tx, workspaceId, shareLinkChanged, announcementOfLink(link));
      return link;
    });
  }

  list({ workspaceId }: WorkspaceActor, publicationId: string, page: ShareLinkPage): Promise<ShareLink[]> {
    return this.work.tenant(workspaceId, async (tx) => {
      if ((await this.publications.find(tx, workspaceId, publicationId)) === null) throw studioError['publication-not-found']();
      return this.links.list(tx, workspaceId, publicationId, { ...page, limit: page.limit + 1 });
    });
  }

  get({ workspaceId }: WorkspaceActor, publicationId: string, id: string): Promise<ShareLink> {
    return this.work.tenant(workspaceId, (tx) => this.load(tx, workspaceId, publicationId, id, false));
  }

  async change(
    actor: WorkspaceActor,
    publicationId: string,
    id: string,
    body: ChangeShareLinkBody,
    ifMatch: string | null,
  ): Promise<ShareLink> {
    const passwordHash = await hashOf(body.password);
    const { expiresAt } = body;
    return this.edit(actor, publicationId, id, ifMatch, 'change', (link) => {
      const next = {
        name: body.name ?? link.name,
        passwordHash: passwordHash === undefined ? link.passwordHash : passwordHash,
        expiresAt: typeof expiresAt === 'string' ? new Date(expiresAt) : expiresAt === null ? null : link.expiresAt,
        viewsMax: body.viewsMax === undefined ? link.viewsMax : body.viewsMax,
        download: body.download ?? link.download,
      };
      if (expiresAt !== undefined) requireFuture(next.expiresAt, this.clock.now());
      return next;
    });
  }

  async revoke(actor: WorkspaceActor, publicationId: string, id: string, ifMatch: string | null): Promise<void> {
    await this.edit(actor, publicationId, id, ifMatch, 'revoke', () => ({}));
  }

  private async edit(
    { workspaceId }: WorkspaceActor,
    publicationId: string,
    id: string,
    ifMatch: string | null,
    event: ShareLinkEvent,
    changeOf: (link: ShareLink) => Partial<ShareLinkChange>,
  ): Promise<ShareLink> {
    return this.work.tenant(workspaceId, async (tx) => {
      const link = await this.load(tx, workspaceId, publicationId, id, true);
      requireMatch(ifMatch, link.revision);
      const state = linkStateAfter(link, event);
      if (state === null) return link;
      const changed = { ...link, ...changeOf(link), state };
      if (isDeepStrictEqual(changed, link)) return link;
      const next: ShareLink = { ...changed, changedAt: this.clock.now(), revision: link.revision + 1 };
      if (!(await this.links.change(tx, link, next)))
        throw studioError['share-link-changed']('Read it again and repeat the change');
      await this.outbox.add(tx, workspaceId, shareLinkChanged, announcementOfLink(next));
      return next;
    });
  }

  private async load(tx: Tx, workspaceId: string, publicationId: string, id: string, lock: boolean): Promise<ShareLink> {
    const link = await this.links.find(tx, workspaceId, id, { lock });
    if (link?.publicationId !== publicationId) throw studioError['share-link-not-found']();
    return link;
  }
}
