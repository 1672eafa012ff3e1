// Surfaces: each takes a place on the surface in metres (u to the right, v upwards) and writes a colour, 0 to 1, into `out`.
// All of them carry detail down to about a centimetre, as plaster, wood and paint do.
import { cell, fractal, hash, valueNoise } from './noise.mjs';

export function plaster(red, green, blue, seed) {
  return (u, v, out) => {
    const coarse = fractal(u * 1.7, v * 1.7, seed, 4);
    const fine = fractal(u * 34, v * 34, seed + 20, 3);
    const stain = cell(u * 5, v * 5, seed + 40);
    const speck = hash(Math.floor(u * 70), Math.floor(v * 70), seed + 60) > 0.93 ? 0.68 : 1;
    const light = (0.55 + 0.35 * coarse + 0.45 * (fine - 0.5) + 0.12 * (stain.id / 65536 - 0.5)) * speck;
    write(out, red * light, green * light, blue * light);
  };
}

export function planks(seed) {
  return (u, v, out) => {
    const row = Math.floor(v / 0.14);
    const shift = hash(row, 0, seed) * 1.2;
    const plank = Math.floor((u + shift) / 1.2);
    const tone = hash(row, plank, seed + 1);
    const grain = fractal(u * 5 + tone * 40, v * 90, seed + 2, 3);
    const knot = cell(u * 3 + tone * 9, v * 8, seed + 8);
    const seam = v / 0.14 - row < 0.05 || ((u + shift) / 1.2 - plank) * 1.2 < 0.006 ? 0.45 : 1;
    const speck = hash(Math.floor(u * 60), Math.floor(v * 60), seed + 9) > 0.95 ? 0.7 : 1;
    const light = (0.4 + 0.3 * tone + 0.4 * grain) * (knot.border < 0.04 ? 0.75 : 1) * seam * speck;
    write(out, 0.85 * light, 0.62 * light, 0.42 * light);
  };
}

export function stone(red, green, blue, seed) {
  return (u, v, out) => {
    const vein = cell(u * 9 + valueNoise(u * 4, v * 4, seed) * 1.5, v * 9, seed + 1);
    const fine = fractal(u * 40, v * 40, seed + 4, 3);
    const light = (0.35 + 0.5 * (vein.id / 65536) + 0.5 * (fine - 0.4)) * (vein.border < 0.07 ? 0.5 : 1);
    write(out, red * light, green * light, blue * light);
  };
}

/** An abstract painting in a dark frame; `style` 0 to 3. */
export function painting(width, height, style, seed) {
  const frame = 0.05;
  return (u, v, out) => {
    if (u < frame || v < frame || u > width - frame || v > height - frame) {
      const light = 0.12 + 0.2 * fractal(u * 50, v * 50, seed + 90, 2);
      write(out, light * 1.2, light, light * 0.7);
      return;
    }
    const x = u / height;
    const y = v / height;
    const grain = 0.75 + 0.5 * fractal(u * 45, v * 45, seed + 70, 2);
    const [red, green, blue] = palette(figure(x, y, style, seed), seed);
    write(out, red * grain, green * grain, blue * grain);
  };
}

/** A plate with letters on it, like the ones on cars; the fourth character on is what a privacy filter has to find. */
export function numberPlate(width, height, text) {
  const columns = text.length * 6 + 3;
  return (u, v, out) => {
    const column = Math.floor((u / width) * columns) - 2;
    const row = 7 - Math.floor((v / height) * 11 - 2);
    const rim = u < 0.012 || v < 0.012 || u > width - 0.012 || v > height - 0.012;
    const letter = column >= 0 && row >= 0 && row < 7 && column % 6 < 5 ? GLYPHS[text[Math.floor(column / 6)]] : undefined;
    const ink = rim || (letter !== undefined && letter[row]?.[column % 6] === '#');
    write(out, ink ? 0.04 : 0.9, ink ? 0.04 : 0.9, ink ? 0.06 : 0.86);
  };
}

function figure(x, y, style, seed) {
  if (style === 0) return cell(x * 7, y * 7, seed).id;
  if (style === 1) return Math.floor(8 * fractal(x * 2.5, y * 2.5, seed, 3) + 4 * valueNoise(x * 12, y * 12, seed + 5)) * 9001;
  if (style === 2) {
    const square = hash(Math.floor(x * 9), Math.floor(y * 9), seed);
    const inside = Math.hypot(((x * 9) % 1) - 0.5, ((y * 9) % 1) - 0.5) < 0.12 + 0.32 * square;
    return Math.floor(square * 65536) + (inside ? 30011 : 0);
  }
  const bend = 0.25 * valueNoise(x * 3, y * 3, seed);
  return Math.floor((x + bend) * 14) * 7919 + Math.floor((y - bend) * 5) * 104729;
}

function palette(id, seed) {
  return [0, 1, 2].map((channel) => 0.12 + 0.85 * hash(id, channel, seed + 7));
}

function write(out, red, green, blue) {
  out[0] = red;
  out[1] = green;
  out[2] = blue;
}

// Five by seven dots per character, top row first.
const GLYPHS = {
  A: ['.###.', '#...#', '#...#', '#####', '#...#', '#...#', '#...#'],
  B: ['####.', '#...#', '#...#', '####.', '#...#', '#...#', '####.'],
  C: ['.###.', '#...#', '#....', '#....', '#....', '#...#', '.###.'],
  D: ['####.', '#...#', '#...#', '#...#', '#...#', '#...#', '####.'],
  1: ['..#..', '.##..', '..#..', '..#..', '..#..', '..#..', '.###.'],
  2: ['.###.', '#...#', '....#', '...#.', '..#..', '.#...', '#####'],
  3: ['.###.', '#...#', '....#', '..##.', '....#', '#...#', '.###.'],
};
