import { createHash } from 'node:crypto';
import type { BundleManifest } from '@stead/contracts/pipeline';
import { SPLAT_MEDIA_TYPE, splatPath } from '../splats/splat-file';
import { harmonicsOf, Splats, type HarmonicDegree, type Splat } from '../splats/splats';
import type { BareRun } from './bare-run';
import { fileOf, placeOf, pointsOf, type Made } from './redactions';

/** A PLY as trainers write it. */
export function splatPly(splats: readonly Splat[], degree: HarmonicDegree = 0): Buffer {
  const rest = harmonicsOf(degree);
  const names = [
    'x',
    'y',
    'z',
    'f_dc_0',
    'f_dc_1',
    'f_dc_2',
    ...Array.from({ length: rest }, (_, i) => `f_rest_${i}`),
    'opacity',
  ];
  names.push('scale_0', 'scale_1', 'scale_2', 'rot_0', 'rot_1', 'rot_2', 'rot_3');
  const head = `ply\nformat binary_little_endian 1.0\nelement vertex ${splats.length}\n${names
    .map((name) => `property float ${name}\n`)
    .join('')}end_header\n`;
  // All factors of red, then those of green and of blue.
  const byColour = ({ harmonics }: Splat): number[] =>
    Array.from({ length: rest }, (_, i) => harmonics[(i % (rest / 3)) * 3 + Math.floor(i / (rest / 3))] ?? 0);
  const rows = splats.flatMap((splat) => [
    ...[...splat.centre, ...splat.colour, ...byColour(splat), splat.opacity, ...splat.logScales, ...splat.rotation],
  ]);
  return Buffer.concat([Buffer.from(head), Buffer.from(new Float32Array(rows).buffer)]);
}

const SCALE = 2;
const SHIFT = [1, -2, 0.5] as const;
/** Twice as large as the splats' frame, and somewhere else. */
const MATRIX = [SCALE, 0, 0, 0, 0, SCALE, 0, 0, 0, 0, SCALE, 0, ...SHIFT, 1];

/** The bundle with a small Gaussian, of one colour with harmonics, at every `stride`-th of its points. */
export async function withSplats(run: BareRun, made: Made, stride: number): Promise<Made> {
  const points = await pointsOf(run, made);
  const splats = Splats.blank(Math.floor(points.count / stride), 1);
  for (let i = 0; i < splats.count; i += 1) {
    const [x, y, z] = placeOf(points, i * stride);
    splats.set(i, {
      centre: [(x - SHIFT[0]) / SCALE, (y - SHIFT[1]) / SCALE, (z - SHIFT[2]) / SCALE],
      ...{ logScales: [-9, -9, -9], rotation: [1, 0, 0, 0], opacity: 3, colour: [1.5, -1.5, 1.5] },
      harmonics: new Array<number>(9).fill(0.5),
    });
  }
  const bytes = await splats.encode();
  const sha256 = shaOf(bytes);
  const path = splatPath(sha256);
  await run.blobs.upload(made.prefix + path, bytes, { mediaType: SPLAT_MEDIA_TYPE, sha256 });
  const manifest: BundleManifest = {
    ...made.manifest,
    entry: { ...made.manifest.entry, splat: { path, matrix: MATRIX, count: splats.count } },
    files: [...made.manifest.files, { path, bytes: bytes.length, sha256, mediaType: SPLAT_MEDIA_TYPE }],
  };
  const written = Buffer.from(JSON.stringify(manifest));
  const manifestSha256 = shaOf(written);
  const upload = { mediaType: 'application/json', sha256: manifestSha256 };
  await run.blobs.upload(`${made.prefix}manifest.json`, written, upload);
  return { ...made, manifest, manifestSha256 };
}

export async function splatsOf(run: BareRun, made: Made): Promise<Splats> {
  const { splat } = made.manifest.entry;
  if (splat === null) throw new Error('the bundle has no splats');
  return Splats.read(await fileOf(run, made, splat.path));
}

function shaOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
