import { decode, encode, linearOf, type PointsOfTile } from './glb';

/** A tile that is changed point by point. What stays keeps its place to the last bit, for it is never computed anew. */
export class TileEdit {
  readonly count: number;
  recoloured = 0;
  removed = 0;
  private readonly colours: Buffer;
  private readonly gone: Uint8Array;

  constructor(private readonly points: PointsOfTile) {
    this.count = points.count;
    this.colours = Buffer.from(points.colours);
    this.gone = new Uint8Array(points.count);
  }

  static of(glb: Buffer): TileEdit {
    return new TileEdit(decode(glb));
  }

  /** In the map's frame. */
  at(point: number, axis: 0 | 1 | 2): number {
    const { positions, scale, translation } = this.points;
    return positions.readUInt16LE(point * 8 + axis * 2) * (scale[axis] ?? 1) + (translation[axis] ?? 0);
  }

  remove(point: number): void {
    if (this.gone[point] === 1) return;
    this.gone[point] = 1;
    this.removed += 1;
  }

  /** With an sRGB colour, as pictures have them. */
  recolour(point: number, red: number, green: number, blue: number): void {
    let same = true;
    for (const [channel, value] of [red, green, blue].entries()) {
      const linear = linearOf(value);
      same &&= this.colours[point * 4 + channel] === linear;
      this.colours[point * 4 + channel] = linear;
    }
    if (!same) this.recoloured += 1;
  }

  get isChanged(): boolean {
    return this.removed > 0 || this.recoloured > 0;
  }

  /** The bytes of the tile as it is now; null when no point is left. */
  encode(): Buffer | null {
    if (this.removed === this.count) return null;
    const { colours } = this;
    if (this.removed === 0) return encode({ ...this.points, colours });
    const count = this.count - this.removed;
    const kept = { positions: Buffer.alloc(count * 8), colours: Buffer.alloc(count * 4) };
    const [low, high] = [
      [Infinity, Infinity, Infinity],
      [0, 0, 0],
    ];
    let to = 0;
    for (let i = 0; i < this.count; i += 1) {
      if (this.gone[i] === 1) continue;
      this.points.positions.copy(kept.positions, to * 8, i * 8, i * 8 + 8);
      colours.copy(kept.colours, to * 4, i * 4, i * 4 + 4);
      for (let axis = 0; axis < 3; axis += 1) {
        const step = kept.positions.readUInt16LE(to * 8 + axis * 2);
        low[axis] = Math.min(low[axis] ?? step, step);
        high[axis] = Math.max(high[axis] ?? step, step);
      }
      to += 1;
    }
    return encode({ ...this.points, ...kept, low, high, count });
  }
}
