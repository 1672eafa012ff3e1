import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { rotationOf, type Vec3 } from '@stead/platform/similarity';
import { StepError } from '../application/step';
import { HARMONIC_0 } from '../tiling/ply';

/** A Gaussian as trainers write it (Kerbl et al. 2023). */
export interface Splat {
  centre: Readonly<Vec3>;
  /** Natural logarithms of the standard deviations along its own axes. */
  logScales: Readonly<Vec3>;
  /** w, x, y, z; of any length but none. */
  rotation: readonly [number, number, number, number];
  /** Before the logistic function. */
  opacity: number;
  /** Factors of the constant harmonic. */
  colour: Readonly<Vec3>;
  /** Factors of the others, coefficient by coefficient with red, green and blue of each. */
  harmonics: ArrayLike<number>;
}

export type HarmonicDegree = 0 | 1 | 2 | 3;

const MAGIC = 0x5053474e;
const VERSION = 2;
const HEADER_BYTES = 16;
const FRACTIONAL_BITS = 12;
const CENTRE_LIMIT = 2 ** 23 / 2 ** FRACTIONAL_BITS;
/** What visitors can be asked to load. */
export const SPLATS_MAX = 4_000_000;
/** Bytes of a splat without harmonics: centre 9, opacity 1, colour 3, scales 3, rotation 3. */
const PLAIN_BYTES = 19;
/** A factor of the constant harmonic takes this share of a byte's range. */
const COLOUR_SHARE = 0.15;
const NO_HARMONIC = 128;

/**
 * Gaussian splats as an SPZ file of version 2 holds them (github.com/nianticlabs/spz), attribute after attribute: what is read,
 * thinned and written again is not rounded twice.
 */
export class Splats {
  private readonly centres: Buffer;
  private readonly opacities: Buffer;
  private readonly colours: Buffer;
  private readonly scales: Buffer;
  private readonly rotations: Buffer;
  private readonly harmonics: Buffer;

  private constructor(
    private readonly raw: Buffer,
    readonly count: number,
    readonly degree: HarmonicDegree,
    private readonly unit: number,
  ) {
    let from = HEADER_BYTES;
    const next = (bytes: number): Buffer => raw.subarray(from, (from += bytes * count));
    [this.centres, this.opacities, this.colours] = [next(9), next(1), next(3)];
    [this.scales, this.rotations, this.harmonics] = [next(3), next(3), next(harmonicsOf(degree))];
  }

  /** All of them in the origin and unseen, until they are set. */
  static blank(count: number, degree: HarmonicDegree): Splats {
    const raw = Buffer.alloc(HEADER_BYTES + count * (PLAIN_BYTES + harmonicsOf(degree)));
    raw.writeUInt32LE(MAGIC, 0);
    raw.writeUInt32LE(VERSION, 4);
    raw.writeUInt32LE(count, 8);
    raw.writeUInt8(degree, 12);
    raw.writeUInt8(FRACTIONAL_BITS, 13);
    return new Splats(raw, count, degree, 2 ** -FRACTIONAL_BITS);
  }

  /** Throws a `StepError` where it is no SPZ file of this version. */
  static async read(file: Buffer): Promise<Splats> {
    const maxOutputLength = HEADER_BYTES + SPLATS_MAX * (PLAIN_BYTES + harmonicsOf(3));
    const raw = await promisify(gunzip)(file, { maxOutputLength }).catch(() => Buffer.alloc(0));
    if (raw.length < HEADER_BYTES || raw.readUInt32LE(0) !== MAGIC || raw.readUInt32LE(4) !== VERSION) throw malformed();
    const [count, degree] = [raw.readUInt32LE(8), raw.readUInt8(12)];
    if (!isDegree(degree) || raw.length !== HEADER_BYTES + count * (PLAIN_BYTES + harmonicsOf(degree))) throw malformed();
    return new Splats(raw, count, degree, 2 ** -raw.readUInt8(13));
  }

  encode(): Promise<Buffer> {
    return promisify(gzip)(this.raw);
  }

  /** False for one that lies too far out or is not made of numbers: it is not kept. */
  set(index: number, { centre, logScales, rotation, opacity, colour, harmonics }: Splat): boolean {
    const length = Math.hypot(...rotation);
    if (!centre.every((value) => Math.abs(value) < CENTRE_LIMIT - 1) || !(length > 0)) return false;
    if (![...logScales, ...colour, opacity, length].every(Number.isFinite)) return false;
    const turn = (rotation[0] < 0 ? -1 : 1) / length;
    for (const axis of [0, 1, 2] as const) {
      this.centres.writeIntLE(Math.round(centre[axis] / this.unit), 9 * index + 3 * axis, 3);
      this.scales[3 * index + axis] = byte((logScales[axis] + 10) * 16);
      this.rotations[3 * index + axis] = byte((rotation[(axis + 1) as 1 | 2 | 3] * turn + 1) * 127.5);
      this.colours[3 * index + axis] = byte((colour[axis] * COLOUR_SHARE + 0.5) * 255);
    }
    this.opacities[index] = byte(255 / (1 + Math.exp(-opacity)));
    const size = harmonicsOf(this.degree);
    for (let i = 0; i < size; i += 1) this.harmonics[size * index + i] = harmonicByte(harmonics[i] ?? 0, i < 9 ? 8 : 16);
    return true;
  }

  centre(index: number): Vec3 {
    const at = (axis: number): number => this.centres.readIntLE(9 * index + 3 * axis, 3) * this.unit;
    return [at(0), at(1), at(2)];
  }

  /** One standard deviation along each of its axes. */
  axes(index: number): [Vec3, Vec3, Vec3] {
    const part = (axis: number): number => (this.rotations[3 * index + axis] ?? 0) / 127.5 - 1;
    const [x, y, z] = [part(0), part(1), part(2)];
    const r = rotationOf([Math.sqrt(Math.max(0, 1 - x * x - y * y - z * z)), x, y, z]);
    const along = (axis: 0 | 1 | 2): Vec3 => {
      const length = Math.exp((this.scales[3 * index + axis] ?? 0) / 16 - 10);
      return [(r[axis] ?? 0) * length, (r[3 + axis] ?? 0) * length, (r[6 + axis] ?? 0) * length];
    };
    return [along(0), along(1), along(2)];
  }

  /** Without what the view changes; sRGB from 0 to 255. */
  colour(index: number): Vec3 {
    const at = (axis: number): number => {
      const factor = ((this.colours[3 * index + axis] ?? 0) / 255 - 0.5) / COLOUR_SHARE;
      return 255 * (factor * HARMONIC_0 + 0.5);
    };
    return [at(0), at(1), at(2)];
  }

  /** One colour from all sides; sRGB from 0 to 255. */
  recolour(index: number, rgb: Readonly<Vec3>): void {
    for (const axis of [0, 1, 2] as const) {
      this.colours[3 * index + axis] = byte((((rgb[axis] / 255 - 0.5) / HARMONIC_0) * COLOUR_SHARE + 0.5) * 255);
    }
    const size = harmonicsOf(this.degree);
    this.harmonics.fill(NO_HARMONIC, size * index, size * (index + 1));
  }

  /** Those that are to stay, in their order. */
  filter(stays: (index: number) => boolean): Splats {
    const kept: number[] = [];
    for (let i = 0; i < this.count; i += 1) if (stays(i)) kept.push(i);
    if (kept.length === this.count) return this;
    const result = Splats.blank(kept.length, this.degree);
    this.raw.copy(result.raw, 12, 12, HEADER_BYTES);
    const copy = (from: Buffer, to: Buffer, bytes: number): void =>
      kept.forEach((index, i) => void from.copy(to, bytes * i, bytes * index, bytes * (index + 1)));
    copy(this.centres, result.centres, 9);
    copy(this.opacities, result.opacities, 1);
    copy(this.colours, result.colours, 3);
    copy(this.scales, result.scales, 3);
    copy(this.rotations, result.rotations, 3);
    copy(this.harmonics, result.harmonics, harmonicsOf(this.degree));
    return new Splats(result.raw, result.count, result.degree, this.unit);
  }
}

/** How many factors there are beside the constant ones, of all three colours. */
export function harmonicsOf(degree: HarmonicDegree): number {
  return 3 * ((degree + 1) ** 2 - 1);
}

function isDegree(degree: number): degree is HarmonicDegree {
  return degree >= 0 && degree <= 3;
}

function byte(value: number): number {
  return Math.max(0, Math.min(255, Math.round(value)));
}

/** In steps, so that they compress: 5 bits for the first degree, 4 for the others. */
function harmonicByte(value: number, step: number): number {
  const fine = Math.round(value * 128) + 128;
  return Math.max(0, Math.min(255, Math.floor((fine + step / 2) / step) * step));
}

function malformed(): StepError {
  return new StepError('data', 'splats-malformed', 'The Gaussian splats are no SPZ file of version 2');
}
