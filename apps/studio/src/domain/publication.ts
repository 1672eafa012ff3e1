import { randomUUID } from 'node:crypto';
import type { PreviewVolume, PublicationState, StoredContents, Visibility } from '@stead/contracts/studio';
import { transition } from '@stead/platform/machine';
import { studioError } from './errors';
import { publicationTransitions, type PublicationEvent } from './publication.machine';

/** What studio knows of a map version: a copy of what its owner announced when it was ready. */
export interface KnownMapVersion {
  id: string;
  spaceMapId: string;
  number: number;
  /** Name of the map when the version was ready. */
  name: string;
  bundlePrefix: string;
  manifestSha256: string;
}

/** What a publication shows: a version of its map, and a scene over it as it was at one revision. Never changes. */
export interface Edition {
  id: string;
  version: KnownMapVersion;
  scene: { id: string; revision: number; elements: number; contents: StoredContents } | null;
}

/** What of an edition is told of one that is not shown any more. */
export interface EarlierEdition {
  id: string;
  versionId: string;
  sceneRevision: number | null;
}

/** Who gets in, from where, and to what. */
export interface Access {
  visibility: Visibility;
  passwordHash: string | null;
  /** Origins that may show it in a frame; null: any. */
  embedSites: readonly string[] | null;
  preview: PreviewVolume | null;
  /** Whether visitors may look at the photos of the place. */
  photos: boolean;
}

export interface Publication extends Access {
  id: string;
  workspaceId: string;
  sortId: string;
  requestId: string;
  spaceMapId: string;
  title: string;
  state: PublicationState;
  edition: Edition;
  /** Editions that a roll-back leads to, the next one last. */
  earlier: readonly EarlierEdition[];
  revision: number;
  createdAt: Date;
  changedAt: Date;
}

export type PublicationChange = Access & Pick<Publication, 'title' | 'state' | 'edition' | 'earlier'>;

/** Roll-backs that are remembered. */
export const EARLIER_MAX = 20;

/** The id is the secret of a link: 122 random bits, and nothing of when or by whom it was made. */
export function newPublicationId(): string {
  return randomUUID();
}

/** The same place with the same scene over it, whatever their edition is called. */
export function showsTheSame(a: Edition, b: Edition): boolean {
  return a.version.id === b.version.id && a.scene?.contents.sha256 === b.scene?.contents.sha256;
}

/** Another edition; the one before becomes the next to roll back to. */
export function movedTo(publication: Publication, edition: Edition): Pick<Publication, 'edition' | 'earlier'> {
  const { edition: before, earlier } = publication;
  if (showsTheSame(before, edition)) return { edition: before, earlier };
  const last = { id: before.id, versionId: before.version.id, sceneRevision: before.scene?.revision ?? null };
  return { edition, earlier: [...earlier, last].slice(-EARLIER_MAX) };
}

/** The edition to go back to, and what is earlier than that; those whose version is gone are passed over. */
export function rolledBack(
  publication: Publication,
  known: ReadonlyMap<string, Edition>,
): Pick<Publication, 'edition' | 'earlier'> {
  for (let i = publication.earlier.length - 1; i >= 0; i -= 1) {
    const edition = known.get(publication.earlier[i]?.id ?? '');
    if (edition !== undefined) return { edition, earlier: publication.earlier.slice(0, i) };
  }
  throw studioError['nothing-to-roll-back']('It has always shown what it shows now');
}

/** What may be changed, as it is. */
export function settingsOf(publication: Publication): PublicationChange {
  const { title, visibility, passwordHash, embedSites, preview, photos, state, edition, earlier } = publication;
  return { title, visibility, passwordHash, embedSites, preview, photos, state, edition, earlier };
}

export function requireOpenable({ visibility, passwordHash }: Access): void {
  if (visibility !== 'password' || passwordHash !== null) return;
  throw studioError['password-missing']('/password: Choose the password that visitors are asked for', {
    errors: [{ pointer: '/password', detail: 'Needed where the visibility is password' }],
  });
}

/** The state after an event, or null when it changes nothing; throws where the event makes no sense. */
export function stateAfter(publication: Publication, event: PublicationEvent): PublicationState | null {
  const verdict = transition(publicationTransitions, publication.state, event);
  if (verdict.kind === 'reject') throw studioError['publication-closed']('Make a new publication of another map');
  return verdict.kind === 'move' ? verdict.to : null;
}
