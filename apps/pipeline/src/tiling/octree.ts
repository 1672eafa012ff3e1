import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { PointFile, readPoints, type Points } from './point-file';
import { pointsGlb } from './glb';

export interface Cube {
  min: [number, number, number];
  size: number;
}

/** A tile of the tileset that is being written; `content` is null for a node that keeps no point of its own. */
export interface TileNode {
  content: string | null;
  cube: Cube;
  geometricError: number;
  points: number;
  children: TileNode[];
}

export interface OctreeOptions {
  folder: string;
  /** A node with at most this many points is a leaf. */
  leafPointsMax: number;
  /** A node with at most this many points is built in memory; more are split through files. */
  memoryPointsMax: number;
  /** Keeps a tile of this name; resolves with the URI by which the tileset names it. */
  write(name: string, glb: Buffer): Promise<string>;
  onPoints(done: number): void;
}

/** Cells of a node along one axis: a node keeps the first point of each and hands the rest down (additive refinement). */
const GRID = 64;
const DEPTH_MAX = 20;

/**
 * An octree over any number of points in bounded memory. Every point is in exactly one tile: what a node does not keep goes
 * to one of its eight children, through files while there are too many for memory.
 */
export class Octree {
  private done = 0;

  constructor(private readonly options: OctreeOptions) {}

  async fromFile(path: string, count: number, cube: Cube, name = 'r'): Promise<TileNode> {
    if (count <= this.options.memoryPointsMax) {
      const points = await collect(path, count);
      await rm(path, { force: true });
      return this.inMemory(points, cube, name);
    }
    if (name.length > DEPTH_MAX) return this.chunks(path, cube, name);
    const taken = new Uint8Array(GRID ** 3);
    const kept: { xyz: number[]; rgb: number[] } = { xyz: [], rgb: [] };
    const files: (PointFile | null)[] = Array.from({ length: 8 }, () => null);
    for await (const { count: n, xyz, rgb } of readPoints(path)) {
      for (let i = 0; i < n; i += 1) {
        const [x, y, z] = [xyz[i * 3] ?? 0, xyz[i * 3 + 1] ?? 0, xyz[i * 3 + 2] ?? 0];
        const [r, g, b] = [rgb[i * 3] ?? 0, rgb[i * 3 + 1] ?? 0, rgb[i * 3 + 2] ?? 0];
        const cell = cellOf(cube, x, y, z);
        if (taken[cell] === 0) {
          taken[cell] = 1;
          kept.xyz.push(x, y, z);
          kept.rgb.push(r, g, b);
          continue;
        }
        const child = childOf(cube, x, y, z);
        const file = (files[child] ??= await PointFile.create(join(this.options.folder, `${name}${child}.points`)));
        const added = file.add(x, y, z, r, g, b);
        if (!file.hasRoom) await added;
      }
    }
    await rm(path, { force: true });
    const children: TileNode[] = [];
    for (const file of files) await file?.close();
    for (const [child, file] of files.entries())
      if (file !== null) children.push(await this.fromFile(file.path, file.count, childCube(cube, child), `${name}${child}`));
    return this.node(name, cube, Float64Array.from(kept.xyz), Uint8Array.from(kept.rgb), children);
  }

  /** Points that no cube can part, as many lie on one spot: tiles side by side in the same cube. */
  private async chunks(path: string, cube: Cube, name: string): Promise<TileNode> {
    const children: TileNode[] = [];
    for await (const { count, xyz, rgb } of readPoints(path)) {
      for (let from = 0; from < count; from += this.options.leafPointsMax) {
        const to = Math.min(count, from + this.options.leafPointsMax);
        children.push(
          await this.node(`${name}-${children.length}`, cube, xyz.slice(from * 3, to * 3), rgb.slice(from * 3, to * 3), []),
        );
      }
    }
    await rm(path, { force: true });
    return this.node(name, cube, new Float64Array(0), new Uint8Array(0), children);
  }

  private async inMemory({ count, xyz, rgb }: Points, cube: Cube, name: string): Promise<TileNode> {
    const all = Uint32Array.from({ length: count }, (_, i) => i);
    return this.subtree({ count, xyz, rgb }, all, cube, name);
  }

  private async subtree(points: Points, members: Uint32Array, cube: Cube, name: string): Promise<TileNode> {
    if (members.length <= this.options.leafPointsMax || name.length > DEPTH_MAX) return this.leaf(points, members, cube, name);
    const taken = new Uint8Array(GRID ** 3);
    const kept: number[] = [];
    const handed: number[][] = Array.from({ length: 8 }, () => []);
    for (const i of members) {
      const [x, y, z] = [points.xyz[i * 3] ?? 0, points.xyz[i * 3 + 1] ?? 0, points.xyz[i * 3 + 2] ?? 0];
      const cell = cellOf(cube, x, y, z);
      if (taken[cell] === 0) {
        taken[cell] = 1;
        kept.push(i);
      } else handed[childOf(cube, x, y, z)]?.push(i);
    }
    const children: TileNode[] = [];
    for (const [child, list] of handed.entries()) {
      if (list.length > 0)
        children.push(await this.subtree(points, Uint32Array.from(list), childCube(cube, child), `${name}${child}`));
    }
    return this.node(name, cube, ...pick(points, kept), children);
  }

  private leaf(points: Points, members: Uint32Array, cube: Cube, name: string): Promise<TileNode> {
    return this.node(name, cube, ...pick(points, members), []);
  }

  private async node(name: string, cube: Cube, xyz: Float64Array, rgb: Uint8Array, children: TileNode[]): Promise<TileNode> {
    const points = xyz.length / 3;
    const content = points === 0 ? null : await this.options.write(`${name}.glb`, pointsGlb(xyz, rgb, points));
    this.done += points;
    this.options.onPoints(this.done);
    return { content, cube, points, children, geometricError: children.length === 0 ? 0 : cube.size / GRID };
  }
}

function pick(points: Points, members: Iterable<number> & { length: number }): [Float64Array, Uint8Array] {
  const xyz = new Float64Array(members.length * 3);
  const rgb = new Uint8Array(members.length * 3);
  let to = 0;
  for (const i of members) {
    for (let axis = 0; axis < 3; axis += 1) {
      xyz[to * 3 + axis] = points.xyz[i * 3 + axis] ?? 0;
      rgb[to * 3 + axis] = points.rgb[i * 3 + axis] ?? 0;
    }
    to += 1;
  }
  return [xyz, rgb];
}

async function collect(path: string, count: number): Promise<Points> {
  const all: Points = { count, xyz: new Float64Array(count * 3), rgb: new Uint8Array(count * 3) };
  let at = 0;
  for await (const batch of readPoints(path)) {
    all.xyz.set(batch.xyz, at * 3);
    all.rgb.set(batch.rgb, at * 3);
    at += batch.count;
  }
  return all;
}

function cellOf({ min, size }: Cube, x: number, y: number, z: number): number {
  const cell = (value: number, from: number): number =>
    Math.min(GRID - 1, Math.max(0, Math.floor(((value - from) / size) * GRID)));
  return (cell(z, min[2]) * GRID + cell(y, min[1])) * GRID + cell(x, min[0]);
}

function childOf({ min, size }: Cube, x: number, y: number, z: number): number {
  const half = size / 2;
  return (x >= min[0] + half ? 1 : 0) + (y >= min[1] + half ? 2 : 0) + (z >= min[2] + half ? 4 : 0);
}

function childCube({ min, size }: Cube, child: number): Cube {
  const half = size / 2;
  return { min: [min[0] + (child & 1 ? half : 0), min[1] + (child & 2 ? half : 0), min[2] + (child & 4 ? half : 0)], size: half };
}
