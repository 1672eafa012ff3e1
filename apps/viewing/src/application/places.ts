import type { Actor } from '@stead/platform/auth';
import type { Entitlements, PublicationReader } from './ports';
import { viewingError } from '../domain/errors';
import { lockOf, type Grant } from '../domain/grant';
import type { Place, Refusal, Visitor } from '../domain/place';

/** Finds what addresses and grants lead to, as it is at this moment. */
export class Places {
  constructor(
    private readonly publications: PublicationReader,
    private readonly entitlements: Entitlements,
  ) {}

  /** By the id of a publication, or of a share link. Throws what visitors are told of a place that is not there. */
  async find(id: string): Promise<Place> {
    const published = await this.publications.find(id);
    if (published !== null) return { published, link: null };
    const link = await this.publications.findLink(id);
    const behind = link === null ? null : await this.publications.find(link.publicationId);
    if (behind === null) throw viewingError['publication-not-found']();
    return { published: behind, link };
  }

  /** Null where the grant opens nothing any more: it was taken back, or its conditions are others now. */
  async granted({ publicationId, linkId, mode, lock }: Grant, now: Date): Promise<Place | null> {
    const published = await this.publications.find(publicationId);
    if (published === null) return null;
    const link = linkId === null ? null : await this.publications.findLink(linkId);
    if (linkId !== null && link?.publicationId !== publicationId) return null;
    if (link !== null && link.expiresAt !== null && link.expiresAt <= now) return null;
    const place = { published, link };
    return lockOf(place, mode) === lock ? place : null;
  }

  async visitorOf(actor: Actor, { published }: Place, knowsPassword: boolean): Promise<Visitor> {
    return {
      signedIn: actor.kind !== 'anonymous',
      member: actor.workspaceId === published.workspaceId,
      knowsPassword,
      entitled: published.visibility === 'paid' && (await this.entitlements.has(actor, published.id)),
    };
  }
}

export function refusalOf(why: Refusal): Error {
  switch (why) {
    case 'not-found':
      return viewingError['publication-not-found']();
    case 'password-required':
      return viewingError['password-required']('POST /v1/visits with the password of the place');
    case 'sign-in-required':
      return viewingError['sign-in-required']('This place is for members of its workspace');
    case 'members-only':
      return viewingError['members-only']('Sign in with an account of its workspace');
    case 'payment-required':
      return viewingError['payment-required']('This place has a price, and no part of it is free');
    case 'link-expired':
      return viewingError['link-expired']('Ask whoever sent the link for a new one');
  }
}
