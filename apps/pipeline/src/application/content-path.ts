import { createHash } from 'node:crypto';

/** `tiles/r0.glb` as `tiles/r0.3a7bd3e2360a3d29.glb`: another content is another name, which may be cached for ever. */
export function contentPath(path: string, bytes: Buffer): string {
  return pathOfContent(path, createHash('sha256').update(bytes).digest('hex'));
}

/** The same, of a content whose SHA-256 is known. */
export function pathOfContent(path: string, sha256: string): string {
  const dot = path.lastIndexOf('.');
  return `${path.slice(0, dot)}.${shortOf(sha256)}${path.slice(dot)}`;
}

export function namesContent(path: string, sha256: string): boolean {
  return path.split('.').at(-2) === shortOf(sha256);
}

function shortOf(sha256: string): string {
  return sha256.slice(0, 16);
}
