import type { Clock } from '@stead/platform/clock';
import type { Bundles } from './bundles';
import type { Drafts } from './drafts';
import type { Places } from './places';
import type { Previews } from './previews';
import { MEDIA, type SceneMedia } from './scene-media';
import { sceneFileOf, type Bundle, type PublicFile } from '../domain/bundle';
import { viewingError } from '../domain/errors';
import type { FileAddress } from '../domain/file-address';
import { isWithheld, type Published, type ViewMode } from '../domain/place';
import type { TileTokens } from '../domain/tile-tokens';

interface Located {
  file: PublicFile;
  /** In the object store; a name of its own where the bytes are ours. */
  key: string;
  /** Of what is made here; null for what is stored. */
  bytes: Buffer | null;
}

export interface OpenedFile extends Located {
  /** Caches of many visitors may keep it. */
  shared: boolean;
  /** Seconds for which the address is good. */
  secondsLeft: number;
}

/** From an address to the file that may be had there. Each request asks again whether what was granted still is. */
export class OpenFile {
  constructor(
    private readonly tokens: TileTokens,
    private readonly places: Places,
    private readonly bundles: Bundles,
    private readonly previews: Previews,
    private readonly media: SceneMedia,
    private readonly drafts: Drafts,
    private readonly clock: Clock,
  ) {}

  async run(address: FileAddress | null): Promise<OpenedFile> {
    if (address === null) throw viewingError['file-not-found']();
    const now = this.clock.now();
    const verdict = this.tokens.check(address.token, now);
    if (verdict.kind === 'forged') return this.drafts.open(address, now);
    if (verdict.kind === 'expired') throw viewingError['access-expired']();
    const { grant, versionId, expiresAt } = verdict.access;
    const place = await this.places.granted(grant, now);
    if (place === null) throw viewingError['publication-not-found']();
    const { published } = place;
    // The files of an earlier version are not shown any more, for there was a reason to replace it.
    if (published.versionId !== versionId) throw viewingError['access-expired']('The publication shows another version now');
    return {
      ...(await this.locate(published, grant.mode, address.path)),
      shared: published.visibility === 'public',
      secondsLeft: Math.floor((expiresAt.getTime() - now.getTime()) / 1000),
    };
  }

  private async locate(published: Published, mode: ViewMode, path: string): Promise<Located> {
    const { contents } = published;
    const isScene = contents !== null && path === sceneFileOf(contents).path;
    if (isScene && mode === 'full') return { file: sceneFileOf(contents), key: contents.key, bytes: null };
    if (contents !== null && mode === 'full' && path.startsWith(MEDIA)) {
      const found = await this.media.find(contents, path);
      if (found === null) throw viewingError['file-not-found']();
      return { ...found, bytes: null };
    }
    const bundle = await this.bundles.of(published);
    if (mode === 'preview') return this.locateInPreview(published, bundle, path);
    if (isWithheld(published, path)) throw viewingError['file-not-found']();
    return stored(bundle, path);
  }

  private async locateInPreview(published: Published, bundle: Bundle, path: string): Promise<Located> {
    const preview = await this.previews.of(published, bundle);
    if (path === bundle.tilesetPath) return { file: preview.file, key: `preview ${preview.file.sha256}`, bytes: preview.bytes };
    if (path !== bundle.posterPath && !preview.tiles.has(path)) throw viewingError['file-not-found']();
    return stored(bundle, path);
  }
}

function stored(bundle: Bundle, path: string): Located {
  const file = bundle.files.get(path);
  if (file === undefined) throw viewingError['file-not-found']();
  return { file, key: bundle.prefix + path, bytes: null };
}
