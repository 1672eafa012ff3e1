import { createHash } from 'node:crypto';
import { bundleManifestSchema, camerasSchema, type BundleManifest } from '@stead/contracts/pipeline';
import type { Logger } from '@stead/platform/logging';
import type { ObjectStore } from '@stead/platform/object-store';
import { MapFrames } from '../../application/scene-ports';
import type { Frame } from '../../domain/derive';
import type { KnownMapVersion } from '../../domain/publication';
import type { Placement } from '../../domain/version-alignment';

const FILE_BYTES_MAX = 32 * 1024 * 1024;
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

  async of(version: KnownMapVersion): Promise<Frame | null> {
    const key = `${version.bundlePrefix} ${version.manifestSha256}`;
    const reading = this.kept.get(key) ?? this.frameOf(version, () => this.kept.delete(key));
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

  /** Not kept: it is large, and wanted once in a while. */
  placementOf(version: KnownMapVersion): Promise<Placement | null> {
    return this.orNull(version, async () => {
      const { captureId, bounds, frame, entry, files } = await this.manifestOf(version);
      const file = files.find(({ path }) => path === entry.cameras);
      const cameras = file === undefined ? null : JSON.parse((await this.read(version, file.path, file.sha256)).toString('utf8'));
      return {
        ...{ captureId, bounds, georeference: frame.georeference },
        cameras: cameras === null ? [] : camerasSchema.parse(cameras).cameras,
      };
    });
  }

  private async frameOf(version: KnownMapVersion, onFailure: () => void): Promise<Frame | null> {
    const frame = await this.orNull(version, async () => {
      const { frame, bounds, quality } = await this.manifestOf(version);
      return { units: frame.units, bounds, points: quality.points, gpsResidualM: quality.gpsResidualM };
    });
    if (frame === null) onFailure();
    return frame;
  }

  private async manifestOf(version: KnownMapVersion): Promise<BundleManifest> {
    const bytes = await this.read(version, 'manifest.json', version.manifestSha256);
    return bundleManifestSchema.parse(JSON.parse(bytes.toString('utf8')));
  }

  private async read({ bundlePrefix }: KnownMapVersion, path: string, sha256: string): Promise<Buffer> {
    const bytes = await this.store.getBytes(bundlePrefix + path, FILE_BYTES_MAX);
    if (createHash('sha256').update(bytes).digest('hex') !== sha256) throw new Error(`${path} is not the one that was announced`);
    return bytes;
  }

  private async orNull<T>({ bundlePrefix: prefix }: KnownMapVersion, work: () => Promise<T>): Promise<T | null> {
    try {
      return await work();
    } catch (error) {
      this.logger.warn({ prefix, error }, 'what the bundle of a map version says cannot be read');
      return null;
    }
  }
}
