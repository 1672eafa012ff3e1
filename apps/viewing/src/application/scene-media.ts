import { createHash } from 'node:crypto';
import { publishedMediaSchema, type StoredContents } from '@stead/contracts/studio';
import { z } from 'zod';
import { ByteCache } from './byte-cache';
import type { BundleFiles } from './ports';
import type { PublicFile } from '../domain/bundle';
import { viewingError } from '../domain/errors';

export const MEDIA = 'media/';
const SCENE_BYTES_MAX = 64 * 1024 * 1024;
const CACHE_BYTES_MAX = 16 * 1024 * 1024;
const FILE_BYTES = 400;

/** Of the whole scene, what is asked here. */
const mediaOfScene = z.object({ media: z.array(publishedMediaSchema).default([]) });

/** The files that a published scene names. They lie beside it; what it does not name is not there for visitors. */
export class SceneMedia {
  private readonly cache = new ByteCache<ReadonlyMap<string, PublicFile>>(
    CACHE_BYTES_MAX,
    (files) => 200 + files.size * FILE_BYTES,
  );

  constructor(private readonly store: BundleFiles) {}

  async find(contents: StoredContents, path: string): Promise<{ file: PublicFile; key: string } | null> {
    const files = await this.cache.get(contents.key, () => this.load(contents));
    const file = files.get(path);
    return file === undefined ? null : { file, key: contents.key.slice(0, contents.key.lastIndexOf('/') + 1) + path };
  }

  private async load({ key, sha256 }: StoredContents): Promise<ReadonlyMap<string, PublicFile>> {
    const bytes = await this.store.read(key, SCENE_BYTES_MAX);
    if (createHash('sha256').update(bytes).digest('hex') !== sha256)
      throw viewingError['publication-not-ready']('Its scene is not the one that was announced');
    const { media } = mediaOfScene.parse(JSON.parse(bytes.toString('utf8')));
    return new Map(
      media.map(({ path, bytes: size, sha256: hash, mediaType }) => [path, { path, bytes: size, sha256: hash, mediaType }]),
    );
  }
}
