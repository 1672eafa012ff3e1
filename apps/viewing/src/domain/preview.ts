import type { PreviewVolume } from '@stead/contracts/studio';
import { z } from 'zod';

interface Tile {
  boundingVolume: { box: number[] };
  content?: { uri: string } | undefined;
  children?: Tile[] | undefined;
}

const tileSchema: z.ZodType<Tile> = z.looseObject({
  boundingVolume: z.object({ box: z.array(z.number()).length(12) }),
  content: z.object({ uri: z.string() }).optional(),
  get children() {
    return z.array(tileSchema).optional();
  },
});
const tilesetSchema = z.looseObject({ root: tileSchema });

export interface PreviewTileset {
  /** The tileset without what is not free. */
  json: Buffer;
  /** Contents that it names, relative to it. */
  contents: ReadonlySet<string>;
}

/**
 * What of a tileset lies wholly within a volume: the tiles whose box does, and the way to them without their contents. A tile that
 * reaches over the border is left out, so that not one point of the rest is sent.
 */
export function previewOf(tileset: unknown, volume: PreviewVolume): PreviewTileset {
  const whole = tilesetSchema.parse(tileset);
  const contents = new Set<string>();
  const root = kept(whole.root, volume, contents);
  const { content: _, children: __, ...bare } = whole.root;
  return { json: Buffer.from(JSON.stringify({ ...whole, root: root ?? bare })), contents };
}

function kept(tile: Tile, volume: PreviewVolume, contents: Set<string>): Tile | null {
  const { content, children, ...bare } = tile;
  const below = (children ?? []).flatMap((child) => kept(child, volume, contents) ?? []);
  const shown = content !== undefined && isWithin(tile.boundingVolume.box, volume) ? content : null;
  if (shown !== null) contents.add(shown.uri);
  if (shown === null && below.length === 0) return null;
  return { ...bare, ...(shown === null ? {} : { content: shown }), ...(below.length === 0 ? {} : { children: below }) };
}

/** A box of 3D Tiles: its centre and three half axes. */
function isWithin(box: readonly number[], { min, max }: PreviewVolume): boolean {
  return [0, 1, 2].every((axis) => {
    const centre = box[axis] ?? NaN;
    const reach = [3, 6, 9].reduce((sum, first) => sum + Math.abs(box[first + axis] ?? NaN), 0);
    return centre - reach >= (min[axis] ?? Infinity) && centre + reach <= (max[axis] ?? -Infinity);
  });
}
