import { createHash } from 'node:crypto';
import { bundleManifestSchema } from '@stead/contracts/pipeline';
import type { Logger } from '@stead/platform/logging';
import type { ObjectStore } from '@stead/platform/object-store';
import { MapFrames } from '../../application/scene-ports';
import type { Frame } from '../../domain/derive';
import type { KnownMapVersion } from '../../domain/publication';

const MANIFEST_BYTES_MAX = 32 * 1024 * 1024;
const KEPT_MAX = 1_000;
/** Nobody waits longer for what can be left out. */
const PATIENCE_MS = 2_000;

/** Out of the bundles' manifests, which never change. */
export class S3MapFrames extends MapFrames {
  private readonly kept = new Map<string, Promise<Frame | null>>();

  constructor(
    private readonly store: ObjectStore,
    private readonly logger: Logger,
  ) {
    super();
  }

  async of({ bundlePrefix, manifestSha256 }: KnownMapVersion): Promise<Frame | null> {
    const key = `${bundlePrefix} ${manifestSha256}`;
    const reading = this.kept.get(key) ?? this.read(bundlePrefix, manifestSha256, () => this.kept.delete(key));
    this.kept.delete(key);
    this.kept.set(key, reading); // the last to be asked for is the last to be forgotten
    const [oldest] = this.kept.keys();
    if (this.kept.size > KEPT_MAX && oldest !== undefined) this.kept.delete(oldest);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<null>((resolve) => {
      timer = setTimeout(() => resolve(null), PATIENCE_MS);
    });
    return Promise.race([reading, late]).finally(() => clearTimeout(timer));
  }

  private async read(prefix: string, sha256: string, onFailure: () => void): Promise<Frame | null> {
    try {
      const bytes = await this.store.getBytes(`${prefix}manifest.json`, MANIFEST_BYTES_MAX);
      if (createHash('sha256').update(bytes).digest('hex') !== sha256) throw new Error('it is not the one that was announced');
      const { frame, bounds, quality } = bundleManifestSchema.parse(JSON.parse(bytes.toString('utf8')));
      return { units: frame.units, bounds, points: quality.points, gpsResidualM: quality.gpsResidualM };
    } catch (error) {
      onFailure();
      this.logger.warn({ prefix, error }, 'the manifest of a map version cannot be read');
      return null;
    }
  }
}
