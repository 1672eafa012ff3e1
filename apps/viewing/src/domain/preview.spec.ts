import fc from 'fast-check';
import { previewOf } from './preview';

interface Tile {
  boundingVolume: { box: number[] };
  geometricError: number;
  content: { uri: string };
  children?: Tile[];
}

/** An octree of cubes over [0, 8]³, three levels deep, each with a content named after its place. */
function tree(x = 0, y = 0, z = 0, size = 8): Tile {
  const half = size / 2;
  const corners = [0, 1, 2, 3, 4, 5, 6, 7].map((i) => [x + (i & 1) * half, y + ((i >> 1) & 1) * half, z + (i >> 2) * half]);
  return {
    boundingVolume: { box: [x + half, y + half, z + half, half, 0, 0, 0, half, 0, 0, 0, half] },
    geometricError: size / 10,
    content: { uri: `${x}-${y}-${z}-${size}.glb` },
    ...(size > 2 ? { children: corners.map(([a = 0, b = 0, c = 0]) => tree(a, b, c, half)) } : {}),
  };
}
const TILESET = { asset: { version: '1.1' }, geometricError: 8, root: { ...tree(), refine: 'ADD' } };
const everyTile = (tile: Tile): Tile[] => [tile, ...(tile.children ?? []).flatMap(everyTile)];
const coordinate = fc.integer({ min: -1, max: 9 });

it('a preview has exactly the tiles that lie in its volume, and the way to them', () => {
  fc.assert(
    fc.property(fc.tuple(coordinate, coordinate, coordinate), fc.tuple(coordinate, coordinate, coordinate), (min, size) => {
      const max = min.map((low, axis) => low + Math.abs(size[axis] ?? 0) + 1) as [number, number, number];
      const { json, contents } = previewOf(TILESET, { min, max });
      const inside = everyTile(TILESET.root).filter(({ content: { uri } }) => {
        const [x = 0, y = 0, z = 0, edge = 0] = uri.replace('.glb', '').split('-').map(Number);
        return [x, y, z].every((low, axis) => low >= (min[axis] ?? 0) && low + edge <= (max[axis] ?? 0));
      });
      expect([...contents].sort()).toEqual(inside.map(({ content }) => content.uri).sort());
      const written = (JSON.parse(json.toString()) as typeof TILESET).root;
      const named = everyTile(written).flatMap(({ content }) => (content as Tile['content'] | undefined)?.uri ?? []);
      expect([...named].sort()).toEqual([...contents].sort());
      expect(written.refine).toBe('ADD');
    }),
  );
});
