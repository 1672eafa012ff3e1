import type { Object3D } from 'three';
import type { Picture } from '../picture';
import type { SplatFile, SplatLayer } from './splat-layer';

/** What the place is drawn with. */
export type Look = 'points' | 'splats';

/** Gaussian splats in place of the points, which stay what one measures and clicks on. */
export class SplatLook {
  private layer: SplatLayer | null = null;
  private ended = false;

  constructor(
    private readonly picture: Picture,
    private readonly points: Object3D,
    private readonly onChange: () => void,
  ) {}

  /**
   * Loads splats; they are drawn once they are chosen. Rejects where the file holds none. What draws them comes with the first
   * file.
   */
  async open(file: SplatFile): Promise<void> {
    const { SplatLayer } = await import('./splat-layer');
    if (this.ended) return;
    const layer = await SplatLayer.open(this.picture.surface, file, this.onChange);
    if (this.ended) return layer.dispose();
    this.layer?.dispose();
    this.layer = layer;
    this.picture.add(layer.group);
    this.choose('points');
  }

  get now(): Look {
    return this.layer?.group.visible === true ? 'splats' : 'points';
  }

  /** Splats that are not open are not shown. */
  choose(look: Look): void {
    if (this.layer === null) return;
    this.layer.group.visible = look === 'splats';
    this.points.visible = look === 'points';
    this.onChange();
  }

  dispose(): void {
    this.ended = true;
    this.layer?.dispose();
  }
}
