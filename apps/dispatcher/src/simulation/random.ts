import { normalQuantile } from '../domain/runtime';

/**
 * Random numbers that are the same for the same seed on every machine: sfc32 ("small fast chaotic", C. Doty-Humphrey, PractRand).
 * Each use has a stream of its own, named by what it is for, so that one more draw in one place changes nothing elsewhere.
 */
export class Random {
  private a = 0;
  private b = 0;
  private c = 0;
  private counter = 1;

  constructor(...name: readonly (string | number)[]) {
    const text = name.join('/');
    [this.a, this.b, this.c] = [hash(text, 0x811c9dc5), hash(text, 0x01000193), hash(text, 0x9e3779b9)];
    for (let i = 0; i < 12; i += 1) this.bits();
  }

  /** Above 0 and below 1. */
  uniform(): number {
    return (this.bits() + 0.5) / 2 ** 32;
  }

  /** From `min` to `max`, both included. */
  integer(min: number, max: number): number {
    return min + Math.floor(this.uniform() * (max - min + 1));
  }

  normal(): number {
    return normalQuantile(this.uniform());
  }

  exponential(mean: number): number {
    return -mean * Math.log(this.uniform());
  }

  private bits(): number {
    const sum = (this.a + this.b + this.counter) | 0;
    this.counter = (this.counter + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = (((this.c << 21) | (this.c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }
}

/** FNV-1a with a choice of its first value. */
function hash(text: string, basis: number): number {
  let value = basis;
  for (let i = 0; i < text.length; i += 1) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return value | 0;
}
