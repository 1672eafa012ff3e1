import { join } from 'node:path';

/**
 * How a key becomes a path, so that any key is safe, its order can be read from the folders, and it stays readable:
 *
 *     workspaces/w1/Plan.json   ->  workspaces/w1/^plan.json@
 *     a        a/b              ->  a@           a/b@            (one key may be the prefix of another)
 *     ../x     //y              ->  %2e./x@      %/%/y@
 *
 * Segments between slashes are folders, the last one is a file that ends in `@`. Lower case, digits, `-`, `_` and inner
 * dots stay; an upper-case letter is `^` and the letter (two keys that differ in case stay apart on file systems that
 * ignore it); every other byte of the key's UTF-8 is `%` and two hex digits. No name starts with a dot, so none is `..`.
 * A segment too long for one name goes on in a folder that ends in `~`. An empty segment is `%`.
 *
 * Keys are handled as strings of bytes (one char per byte of UTF-8): comparing those compares what S3 compares.
 */
export type ByteString = string;

export const toByteString = (text: string): ByteString => Buffer.from(text, 'utf8').toString('latin1');
export const fromByteString = (bytes: ByteString): string => Buffer.from(bytes, 'latin1').toString('utf8');

/** Names may have 255 bytes on the file systems in use; a suffix, and the temporary names beside them, need some. */
const NAME_CHARS_MAX = 200;

export function objectPath(root: string, key: ByteString): string {
  const segments = key.split('/');
  const last = segments.pop() ?? '';
  return join(root, ...segments.flatMap((segment) => folderNames(segment)), ...fileNames(last));
}

/** The folders that the segments of a prefix lead to; all of them are complete, that is, a slash follows. */
export function folderPath(root: string, segments: readonly ByteString[]): string {
  return join(root, ...segments.flatMap((segment) => folderNames(segment)));
}

export type EntryKind = 'object' | 'folder' | 'continued';

/** What an entry of a folder stands for; `null` when the name is not one of ours (`.DS_Store`, somebody's notes). */
export function readName(name: string): { kind: EntryKind; bytes: ByteString } | null {
  const kind = name.endsWith('@') ? 'object' : name.endsWith('~') ? 'continued' : 'folder';
  const encoded = kind === 'folder' ? name : name.slice(0, -1);
  if (encoded === (kind === 'folder' ? '%' : '')) return kind === 'continued' ? null : { kind, bytes: '' };
  if (!/^(?:[a-z0-9_-]|\^[a-z]|%[0-9a-f]{2})(?:[a-z0-9_.-]|\^[a-z]|%[0-9a-f]{2})*$/.test(encoded)) return null;
  const bytes = encoded.replace(/\^([a-z])|%([0-9a-f]{2})/g, (_, letter: string | undefined, hex: string | undefined) =>
    letter === undefined ? String.fromCharCode(parseInt(hex ?? '', 16)) : letter.toUpperCase(),
  );
  return { kind, bytes };
}

function folderNames(segment: ByteString): string[] {
  const pieces = encoded(segment);
  const last = pieces.pop() ?? '';
  return [...pieces.map((piece) => `${piece}~`), last === '' ? '%' : last];
}

function fileNames(segment: ByteString): string[] {
  const pieces = encoded(segment);
  const last = pieces.pop() ?? '';
  return [...pieces.map((piece) => `${piece}~`), `${last}@`];
}

function encoded(segment: ByteString): string[] {
  const pieces: string[] = [];
  let piece = '';
  for (const byte of segment) {
    const safe = encodedByte(byte, piece === '');
    if (piece.length + safe.length > NAME_CHARS_MAX) {
      pieces.push(piece);
      piece = encodedByte(byte, true);
    } else piece += safe;
  }
  return [...pieces, piece];
}

function encodedByte(byte: string, first: boolean): string {
  if (/[a-z0-9_-]/.test(byte) || (byte === '.' && !first)) return byte;
  if (/[A-Z]/.test(byte)) return `^${byte.toLowerCase()}`;
  return `%${byte.charCodeAt(0).toString(16).padStart(2, '0')}`;
}
