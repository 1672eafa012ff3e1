import type { Cube, TileNode } from './octree';

/** Slack for the 16-bit rounding of positions, as a share of the cube. */
const SLACK = 1e-4;

/** `tileset.json` of 3D Tiles 1.1 (OGC 22-025r4) with explicit tiles. */
export function tilesetOf(root: TileNode): object {
  return {
    asset: { version: '1.1', generator: 'stead' },
    geometricError: root.cube.size,
    root: { ...tileOf(root), refine: 'ADD' },
  };
}

function tileOf({ content, cube, geometricError, children }: TileNode): object {
  return {
    boundingVolume: { box: boxOf(cube) },
    geometricError,
    ...(content === null ? {} : { content: { uri: content } }),
    ...(children.length === 0 ? {} : { children: children.map(tileOf) }),
  };
}

/** Centre and three half axes. */
function boxOf({ min, size }: Cube): number[] {
  const half = (size / 2) * (1 + SLACK);
  return [min[0] + size / 2, min[1] + size / 2, min[2] + size / 2, half, 0, 0, 0, half, 0, 0, 0, half];
}

export function countTiles(node: TileNode): number {
  return (node.content === null ? 0 : 1) + node.children.reduce((sum, child) => sum + countTiles(child), 0);
}

export function countPoints(node: TileNode): number {
  return node.points + node.children.reduce((sum, child) => sum + countPoints(child), 0);
}
