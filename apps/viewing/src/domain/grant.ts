import { createHash } from 'node:crypto';
import type { Place, ViewMode } from './place';

/** What somebody was let in to, and by which way. Signed addresses and visits carry it. */
export interface Grant {
  publicationId: string;
  /** Null: by the publication's own address. */
  linkId: string | null;
  mode: ViewMode;
  /** Of the conditions under which it was given, 8 bytes in hex. */
  lock: string;
}

export function grantOf(place: Place, mode: ViewMode): Grant {
  return { publicationId: place.published.id, linkId: place.link?.id ?? null, mode, lock: lockOf(place, mode) };
}

/**
 * Changes with whatever would have to be asked again: another visibility, another password, another part that is free. What was
 * given under the conditions of before opens nothing any more, without a list of what was given.
 */
export function lockOf({ published, link }: Place, mode: ViewMode): string {
  const { visibility, passwordHash, preview } = published;
  const conditions =
    link === null
      ? [visibility, visibility === 'password' ? passwordHash : null, mode === 'preview' ? preview : null]
      : ['share link', link.passwordHash];
  return createHash('sha256').update(JSON.stringify(conditions)).digest('hex').slice(0, 16);
}

const NO_LINK = '00000000-0000-0000-0000-000000000000';
/** mode (1) ‖ publication (16) ‖ link (16) ‖ lock (8) */
export const GRANT_BYTES = 41;

export function writeGrant(target: Buffer, { publicationId, linkId, mode, lock }: Grant, offset: number): void {
  target.writeUInt8(mode === 'preview' ? 1 : 0, offset);
  writeUuid(target, publicationId, offset + 1);
  writeUuid(target, linkId ?? NO_LINK, offset + 17);
  target.write(lock, offset + 33, 8, 'hex');
}

export function readGrant(source: Buffer, offset: number): Grant {
  const linkId = readUuid(source, offset + 17);
  return {
    mode: source.readUInt8(offset) === 1 ? 'preview' : 'full',
    publicationId: readUuid(source, offset + 1),
    linkId: linkId === NO_LINK ? null : linkId,
    lock: source.toString('hex', offset + 33, offset + 41),
  };
}

export function writeUuid(target: Buffer, uuid: string, offset: number): void {
  if (target.write(uuid.replaceAll('-', ''), offset, 16, 'hex') !== 16) throw new Error(`${uuid} is not a UUID`);
}

export function readUuid(source: Buffer, offset: number): string {
  const hex = source.toString('hex', offset, offset + 16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
