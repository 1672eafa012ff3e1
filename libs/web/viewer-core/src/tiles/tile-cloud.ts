import type { Tile } from '3d-tiles-renderer/core';
import { TilesRenderer } from '3d-tiles-renderer/three';
import { Points, type BufferGeometry, type Object3D, type PerspectiveCamera } from 'three';
import type { Vec3 } from '../navigation/pose';
import type { PickSource } from '../overlay/pick';
import { OVERLAP, PointMaterial, type OctantSpacings, type PictureUniforms } from '../rendering/point-material';
import { pointSpacing } from '../rendering/point-spacing';
import { fetchTile, type TileAccess } from './tile-fetch';

export interface TileCloudEvents {
  /** Something came or went: the picture has to be drawn again. */
  onChange(): void;
  onError(error: Error): void;
}

const CACHE_BYTES_MAX = 320 * 1024 * 1024;
const CACHE_BYTES_MIN = 200 * 1024 * 1024;
const DOWNLOADS_MAX = 8;

interface Loaded {
  readonly spacing: number;
  readonly points: number;
  readonly materials: readonly PointMaterial[];
  /** What a finger can be put on. */
  readonly pickable: readonly Omit<PickSource, 'pointRadius'>[];
}

/**
 * A tileset of points in its own z-up frame. Coarse tiles come first and stay (refinement ADD), so every tile is drawn as
 * densely as the finest tiles that stand in it.
 */
export class TileCloud {
  private readonly tiles: TilesRenderer;
  private readonly loaded = new Map<Tile, Loaded>();
  private readonly visible = new Set<Tile>();
  private readonly failed = new Set<Tile>();
  private settledNow = false;

  constructor(
    access: TileAccess,
    private readonly picture: PictureUniforms,
    private readonly events: TileCloudEvents,
  ) {
    const tiles = new TilesRenderer(access.tilesetUrl);
    tiles.registerPlugin({
      name: 'SIGNED_PREFIX',
      preprocessURL: (url: string) => access.resolve(url),
      fetchData: (url: string, options: RequestInit) => fetchTile(access, url, options),
    });
    tiles.lruCache.maxBytesSize = CACHE_BYTES_MAX;
    tiles.lruCache.minBytesSize = CACHE_BYTES_MIN;
    tiles.downloadQueue.maxJobsPerOrigin = DOWNLOADS_MAX;
    tiles.addEventListener('load-model', ({ scene, tile }) => this.onLoad(scene, tile));
    tiles.addEventListener('dispose-model', ({ tile }) => this.onDispose(tile));
    tiles.addEventListener('tile-visibility-change', ({ tile, visible }) => this.onVisibility(tile, visible));
    tiles.addEventListener('needs-update', () => events.onChange());
    tiles.addEventListener('tiles-load-start', () => (this.settledNow = false));
    tiles.addEventListener('tiles-load-end', () => {
      this.settledNow = true;
      events.onChange();
    });
    tiles.addEventListener('load-error', ({ tile, error }) => {
      if (tile !== null) this.failed.add(tile);
      events.onError(error);
    });
    this.tiles = tiles;
  }

  get group(): Object3D {
    return this.tiles.group;
  }

  get pointsShown(): number {
    let points = 0;
    for (const tile of this.visible) points += this.loaded.get(tile)?.points ?? 0;
    return points;
  }

  /** The points that are drawn now. */
  get pickable(): PickSource[] {
    return [...this.visible].flatMap((tile) => {
      const pointRadius = (this.spacingWithin(tile) * OVERLAP) / 2;
      return (this.loaded.get(tile)?.pickable ?? []).map((source) => ({ ...source, pointRadius }));
    });
  }

  /** Share of the tiles wanted now that are there. */
  get progress(): number {
    return this.tiles.root === null ? 0 : this.tiles.loadProgress;
  }

  /** All that the present view asks for is there. */
  get settled(): boolean {
    return this.settledNow;
  }

  set errorTarget(pixels: number) {
    this.tiles.errorTarget = pixels;
  }

  useCamera(camera: PerspectiveCamera): void {
    this.tiles.setCamera(camera);
  }

  /** Call it once a frame, after the camera's matrices are up to date. Sizes are CSS pixels: detail does not follow resolution. */
  update(camera: PerspectiveCamera, widthPx: number, heightPx: number): void {
    this.tiles.setResolution(camera, widthPx, heightPx);
    this.tiles.update();
  }

  /** Asks again for what could not be had. */
  retry(): void {
    // The renderer keeps what failed in its cache, and asks for nothing that is in there.
    for (const tile of this.failed) this.tiles.lruCache.remove(tile);
    this.failed.clear();
    this.tiles.resetFailedTiles();
    this.events.onChange();
  }

  dispose(): void {
    this.tiles.dispose();
  }

  private onLoad(scene: Object3D, tile: Tile): void {
    let points = 0;
    let spacing = 0;
    const centre = centreOf(tile);
    const materials: PointMaterial[] = [];
    const pickable: Omit<PickSource, 'pointRadius'>[] = [];
    scene.updateMatrixWorld(true);
    scene.traverse((node) => {
      if (!(node instanceof Points)) return;
      const geometry: BufferGeometry = node.geometry as BufferGeometry; // GLTFLoader makes nothing else
      const positions = geometry.getAttribute('position');
      const material = new PointMaterial(this.picture, centre, geometry.hasAttribute('color'));
      materials.push(material);
      pickable.push({ positions, matrix: node.matrixWorld.elements, centre, radius: radiusOf(tile) });
      points += positions.count;
      spacing = Math.max(spacing, pointSpacing(positions) * node.matrixWorld.getMaxScaleOnAxis());
      for (const old of [node.material].flat()) old.dispose();
      node.material = material;
    });
    this.loaded.set(tile, { points, spacing, materials, pickable });
    this.respace(tile);
    this.events.onChange();
  }

  private onDispose(tile: Tile): void {
    for (const material of this.loaded.get(tile)?.materials ?? []) material.dispose();
    this.loaded.delete(tile);
    this.visible.delete(tile);
  }

  private onVisibility(tile: Tile, visible: boolean): void {
    if (visible) this.visible.add(tile);
    else this.visible.delete(tile);
    for (let ancestor: Tile | null = tile; ancestor !== null; ancestor = parentOf(ancestor)) this.respace(ancestor);
    this.events.onChange();
  }

  private respace(tile: Tile): void {
    const loaded = this.loaded.get(tile);
    if (loaded === undefined) return;
    const spacings = this.spacingsOf(tile, loaded.spacing);
    for (const material of loaded.materials) material.spacings = spacings;
  }

  /** Of each eighth of a tile: that of the visible tile which refines it, or the tile's own. */
  private spacingsOf(tile: Tile, own: number): OctantSpacings {
    const spacings: Writable<OctantSpacings> = [own, own, own, own, own, own, own, own];
    const centre = centreOf(tile);
    for (const child of tile.children ?? []) {
      if (!this.visible.has(child)) continue;
      const [x, y, z] = centreOf(child);
      const octant = (x >= centre[0] ? 1 : 0) + (y >= centre[1] ? 2 : 0) + (z >= centre[2] ? 4 : 0);
      spacings[octant] = Math.min(own, this.spacingWithin(child));
    }
    return spacings;
  }

  /** One figure for a tile and all that refines it: the mean of its eighths, of their logarithms. */
  private spacingWithin(tile: Tile): number {
    const own = this.loaded.get(tile)?.spacing ?? 0;
    if (own === 0) return own;
    const spacings = this.spacingsOf(tile, own);
    return Math.exp(spacings.reduce((sum, spacing) => sum + Math.log(Math.max(spacing, own * 1e-3)), 0) / spacings.length);
  }
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** Middle of the tile's box or sphere, in the frame of the tileset. */
function centreOf({ boundingVolume: { box, sphere } }: Tile): Vec3 {
  const [x = 0, y = 0, z = 0] = box ?? sphere ?? [];
  return [x, y, z];
}

function parentOf(tile: Tile): Tile | null {
  return tile.parent ?? null;
}

/** The tileset's own boxes are relied on: what accessors say about quantised positions is often not what it should be. */
function radiusOf({ boundingVolume: { box, sphere } }: Tile): number {
  return box === undefined ? (sphere?.[3] ?? Infinity) : Math.hypot(...box.slice(3));
}
