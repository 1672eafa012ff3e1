import { TILESET_PATH, type PublicationView } from '@stead/contracts/viewing';
import { fetchTile, SignedPrefix, type TileAccess } from '@stead/web/viewer-core';

/** The files of a publication: where they are now, whatever prefix an address was made with. */
export class PlaceFiles implements TileAccess {
  readonly tilesetUrl: string;
  private readonly prefix: SignedPrefix;
  private readonly listeners = new Set<() => void>();

  constructor(
    view: PublicationView,
    /** Lets us in again after a refusal; false when all is over. */
    readonly renew: () => Promise<boolean>,
  ) {
    this.tilesetUrl = absolute(view.tilesetUrl);
    this.prefix = new SignedPrefix(this.tilesetUrl, TILESET_PATH);
  }

  resolve(url: string): string {
    return this.prefix.resolve(absolute(url));
  }

  /** Where a file is that is named by its path below the prefix. */
  at(path: string): string {
    return this.resolve(this.tilesetUrl.slice(0, -TILESET_PATH.length) + path);
  }

  renewed(view: PublicationView): void {
    if (!this.prefix.renew(absolute(view.tilesetUrl), TILESET_PATH)) return;
    for (const listener of this.listeners) listener();
  }

  /** Calls when files are elsewhere. Returns what ends it. */
  onRenewed(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  async json(url: string, signal: AbortSignal): Promise<unknown> {
    const answer = await fetchTile(this, absolute(url), { signal });
    return answer.json();
  }
}

function absolute(url: string): string {
  return new URL(url, location.href).toString();
}
