import type { Readable } from 'node:stream';
import type { Clock } from '@stead/platform/clock';
import type { Bundles } from './bundles';
import type { Places } from './places';
import type { Archives, BundleFiles } from './ports';
import { viewingError } from '../domain/errors';
import type { FileAddress } from '../domain/file-address';
import { isWithheld, mayDownload } from '../domain/place';
import type { TileTokens } from '../domain/tile-tokens';

/** Below a signed prefix, beside the files that it holds. */
export const DOWNLOAD = 'download.zip';
/** Each reads a whole bundle. */
const AT_ONCE_MAX = 4;

export interface Download {
  name: string;
  bytes: number;
  body: Readable;
}

/** The files of a place as one archive, for whom whoever shared it allows that. */
export class DownloadPlace {
  private running = 0;

  constructor(
    private readonly tokens: TileTokens,
    private readonly places: Places,
    private readonly bundles: Bundles,
    private readonly store: BundleFiles,
    private readonly archives: Archives,
    private readonly clock: Clock,
  ) {}

  async run({ token }: FileAddress): Promise<Download> {
    const now = this.clock.now();
    const verdict = this.tokens.check(token, now);
    if (verdict.kind === 'expired') throw viewingError['access-expired']();
    const place = verdict.kind === 'valid' ? await this.places.granted(verdict.access.grant, now) : null;
    if (verdict.kind === 'forged' || place === null || !mayDownload(place, verdict.access.grant.mode))
      throw viewingError['file-not-found']();
    const { title, versionId } = place.published;
    if (versionId !== verdict.access.versionId) throw viewingError['access-expired']('The publication shows another version now');
    if (this.running >= AT_ONCE_MAX)
      throw viewingError['too-many-downloads']('Try again in a minute', { extra: { retryAfterS: 60 } });
    const bundle = await this.bundles.of(place.published);
    const allowed = [...bundle.files.values()].filter(({ path }) => !isWithheld(place.published, path));
    const files = allowed.map(({ path, bytes }) => ({
      ...{ path, bytes },
      open: () => this.store.stream(bundle.prefix + path, null),
    }));
    this.running += 1;
    const { bytes, body } = await this.archives.of(files, new Date(bundle.builtAt)).catch((error: unknown) => {
      this.running -= 1;
      throw error;
    });
    body.once('close', () => (this.running -= 1));
    return { name: `${title}.zip`, bytes, body };
  }
}
