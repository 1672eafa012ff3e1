import { SignedPrefix, type TileAccess } from '@stead/web/viewer-core';
import type { MapView } from '../model/types';

const TILESET_PATH = 'tiles/tileset.json';

/** The files of a map version: where they are now, whatever prefix an address was made with. */
export class DraftFiles implements TileAccess {
  readonly tilesetUrl: string;
  private readonly prefix: SignedPrefix;
  private renewing: Promise<boolean> | null = null;

  constructor(
    view: Pick<MapView, 'tilesetUrl'>,
    /** Asks to be let in again; throws where there is nothing more to see. */
    private readonly askAgain: () => Promise<Pick<MapView, 'tilesetUrl'>>,
  ) {
    this.tilesetUrl = absolute(view.tilesetUrl);
    this.prefix = new SignedPrefix(this.tilesetUrl, TILESET_PATH);
  }

  resolve(url: string): string {
    return this.prefix.resolve(absolute(url));
  }

  /** Hundreds of tiles are refused at the same time: they ask once. */
  renew(): Promise<boolean> {
    this.renewing ??= this.askAgain()
      .then(
        (view) => {
          this.prefix.renew(absolute(view.tilesetUrl), TILESET_PATH);
          return true;
        },
        () => false,
      )
      .finally(() => {
        this.renewing = null;
      });
    return this.renewing;
  }
}

function absolute(url: string): string {
  return new URL(url, location.href).toString();
}
