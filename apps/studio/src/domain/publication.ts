import { randomUUID } from 'node:crypto';
import type { PublicationState, Visibility } from '@stead/contracts/studio';
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

export interface Publication {
  id: string;
  workspaceId: string;
  sortId: string;
  requestId: string;
  spaceMapId: string;
  title: string;
  visibility: Visibility;
  state: PublicationState;
  version: KnownMapVersion;
  /** Versions that a roll-back leads to, the next one last. */
  earlier: readonly string[];
  revision: number;
  createdAt: Date;
  changedAt: Date;
}

export type PublicationChange = Pick<Publication, 'title' | 'visibility' | 'state' | 'version' | 'earlier'>;

/** Roll-backs that are remembered. */
export const EARLIER_MAX = 20;

/** The id is the secret of a link: 122 random bits, and nothing of when or by whom it was made. */
export function newPublicationId(): string {
  return randomUUID();
}

/** Another version; the one before becomes the next to roll back to. */
export function movedTo(publication: Publication, version: KnownMapVersion): Pick<Publication, 'version' | 'earlier'> {
  if (version.id === publication.version.id) return { version, earlier: publication.earlier };
  return { version, earlier: [...publication.earlier, publication.version.id].slice(-EARLIER_MAX) };
}

/** The version to go back to, and what is earlier than that; versions that are gone are passed over. */
export function rolledBack(
  publication: Publication,
  known: ReadonlyMap<string, KnownMapVersion>,
): Pick<Publication, 'version' | 'earlier'> {
  for (let i = publication.earlier.length - 1; i >= 0; i -= 1) {
    const version = known.get(publication.earlier[i] ?? '');
    if (version !== undefined) return { version, earlier: publication.earlier.slice(0, i) };
  }
  throw studioError['nothing-to-roll-back']('It has always shown the version that it shows now');
}

/** The state after an event, or null when it changes nothing; throws where the event makes no sense. */
export function stateAfter(publication: Publication, event: PublicationEvent): PublicationState | null {
  const verdict = transition(publicationTransitions, publication.state, event);
  if (verdict.kind === 'reject') throw studioError['publication-closed']('Make a new publication of another map');
  return verdict.kind === 'move' ? verdict.to : null;
}
