/**
 * Addresses of files below a prefix that is signed for a while: `/t/<token>/tiles/3/1.glb`. When a new prefix is given,
 * addresses that were made from any earlier one are moved below it, and what is already loaded stays.
 */
export class SignedPrefix {
  private readonly known: string[];
  private current: string;

  /** `fileUrl` is the absolute address of a file, `relativePath` that file's path below the prefix. */
  constructor(fileUrl: string, relativePath: string) {
    this.current = prefixOf(fileUrl, relativePath);
    this.known = [this.current];
  }

  /** False when the server gave the prefix that is in use. */
  renew(fileUrl: string, relativePath: string): boolean {
    const next = prefixOf(fileUrl, relativePath);
    if (next === this.current) return false;
    this.current = next;
    this.known.push(next);
    if (this.known.length > KNOWN_MAX) this.known.splice(1, 1);
    return true;
  }

  /** The address at which the file can be had now. Addresses of other places stay as they are. */
  resolve(url: string): string {
    const used = this.known.find((prefix) => url.startsWith(prefix));
    return used === undefined ? url : this.current + url.slice(used.length);
  }
}

/** About two days of renewals. The first is kept for ever: the tileset's own addresses are made from it. */
const KNOWN_MAX = 200;

function prefixOf(fileUrl: string, relativePath: string): string {
  const { origin, pathname } = new URL(fileUrl);
  if (!pathname.endsWith(`/${relativePath}`)) throw new Error(`${pathname} does not end in ${relativePath}`);
  return origin + pathname.slice(0, -relativePath.length);
}
