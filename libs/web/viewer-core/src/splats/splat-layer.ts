import { SparkRenderer, SplatMesh } from '@sparkjsdev/spark';
import { Group, Matrix4, type WebGLRenderer } from 'three';

/** A file of Gaussian splats as it came: what it is (.spz, .ply or .sog) is seen by its bytes and its name. */
export interface SplatFile {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** From the splats' frame to the map's: 4 × 4, column by column. */
  readonly matrix: readonly number[];
}

/** The file holds no splats that can be drawn. */
export class NoSplats extends Error {
  override readonly name = 'NoSplats';
}

/** Gaussians that are sorted anew, beside the page's thread, whenever the view changes. It is a download of its own. */
export class SplatLayer {
  readonly group = new Group();

  private constructor(
    private readonly spark: SparkRenderer,
    private readonly mesh: SplatMesh,
  ) {
    this.group.add(spark, mesh);
  }

  /** Throws `NoSplats`. `onDirty`: the picture has to be drawn again. */
  static async open(renderer: WebGLRenderer, { name, bytes, matrix }: SplatFile, onDirty: () => void): Promise<SplatLayer> {
    const mesh = new SplatMesh({ fileBytes: bytes, fileName: name });
    try {
      await mesh.initialized;
    } catch (error) {
      mesh.dispose();
      throw new NoSplats(`${name} cannot be read`, { cause: error });
    }
    if (mesh.numSplats === 0) throw new NoSplats(`${name} is empty`);
    new Matrix4().fromArray(matrix).decompose(mesh.position, mesh.quaternion, mesh.scale);
    return new SplatLayer(new SparkRenderer({ renderer, onDirty }), mesh);
  }

  get count(): number {
    return this.mesh.numSplats;
  }

  dispose(): void {
    this.group.removeFromParent();
    this.mesh.dispose();
    this.spark.dispose();
  }
}
