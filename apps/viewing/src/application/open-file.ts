import type { Clock } from '@stead/platform/clock';
import type { Bundles } from './bundles';
import type { PublicationReader, Published } from './ports';
import { sceneFileOf, type PublicFile } from '../domain/bundle';
import { viewingError } from '../domain/errors';
import type { FileAddress } from '../domain/file-address';
import type { TileTokens } from '../domain/tile-tokens';

export interface OpenedFile {
  file: PublicFile;
  /** In the object store. */
  key: string;
  visibility: Published['visibility'];
  /** Seconds for which the address is good. */
  secondsLeft: number;
}

/** From an address to the file that may be had there. Each request asks again whether the publication still is one. */
export class OpenFile {
  constructor(
    private readonly tokens: TileTokens,
    private readonly publications: PublicationReader,
    private readonly bundles: Bundles,
    private readonly clock: Clock,
  ) {}

  async run(address: FileAddress | null): Promise<OpenedFile> {
    if (address === null) throw viewingError['file-not-found']();
    const now = this.clock.now();
    const verdict = this.tokens.check(address.token, now);
    if (verdict.kind === 'forged') throw viewingError['file-not-found']();
    if (verdict.kind === 'expired') throw viewingError['access-expired']();
    const { publicationId, versionId, expiresAt } = verdict.access;
    const published = await this.publications.find(publicationId);
    if (published === null) throw viewingError['publication-not-found']();
    // The files of an earlier version are not shown any more, for there was a reason to replace it.
    if (published.versionId !== versionId) throw viewingError['access-expired']('The publication shows another version now');
    const secondsLeft = Math.floor((expiresAt.getTime() - now.getTime()) / 1000);
    return { ...(await this.fileOf(published, address.path)), visibility: published.visibility, secondsLeft };
  }

  private async fileOf(published: Published, path: string): Promise<Pick<OpenedFile, 'file' | 'key'>> {
    const { contents } = published;
    if (contents !== null && path === sceneFileOf(contents).path) return { file: sceneFileOf(contents), key: contents.key };
    const bundle = await this.bundles.of(published);
    const file = bundle.files.get(path);
    if (file === undefined) throw viewingError['file-not-found']();
    return { file, key: bundle.prefix + path };
  }
}
