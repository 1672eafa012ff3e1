import { open, type FileHandle } from 'node:fs/promises';
import type { Vec3 } from '@stead/platform/similarity';
import { propertyReader, readPlyHeader, type PlyHeader } from '../tiling/ply-header';
import { BATCH_POINTS } from '../tiling/points';
import { harmonicsOf, Splats, SPLATS_MAX, type HarmonicDegree, type Splat } from './splats';

const SPLAT_PROPERTIES = [
  ...['f_dc_0', 'f_dc_1', 'f_dc_2', 'opacity'],
  ...['scale_0', 'scale_1', 'scale_2', 'rot_0', 'rot_1', 'rot_2', 'rot_3'],
];

export interface SplatsRead {
  /** Null where the files hold none, or more than visitors can be asked to load. */
  splats: Splats | null;
  notes: string[];
}

/** The Gaussians among the vertices of binary PLY files, moved by `-origin`. Files without any are passed over. */
export async function readSplats(paths: readonly string[], origin: Readonly<Vec3> = [0, 0, 0]): Promise<SplatsRead> {
  const files: { path: string; header: PlyHeader }[] = [];
  for (const path of paths) {
    const header = await withFile(path, splatHeader);
    if (header !== null) files.push({ path, header });
  }
  const count = files.reduce((sum, { header }) => sum + header.count, 0);
  if (count === 0) return { splats: null, notes: [] };
  if (count > SPLATS_MAX) {
    const most = SPLATS_MAX.toLocaleString('en');
    return {
      splats: null,
      notes: [`Visitors see points: ${count} Gaussian splats are more than the ${most} that a browser is given.`],
    };
  }
  const degree = files.reduce<HarmonicDegree>((least, { header }) => lesser(least, degreeOf(header)), 3);
  const all = Splats.blank(count, degree);
  let kept = 0;
  for (const { path, header } of files) {
    await withFile(path, async (handle) => {
      for await (const splat of splatsIn(handle, header, degree, origin)) if (all.set(kept, splat)) kept += 1;
    });
  }
  const notes =
    kept === count ? [] : [`${count - kept} Gaussian splats lie too far out or are not made of numbers: they were left out.`];
  return { splats: kept === 0 ? null : all.filter((index) => index < kept), notes };
}

async function withFile<T>(path: string, use: (handle: FileHandle) => Promise<T>): Promise<T> {
  const handle = await open(path);
  try {
    return await use(handle);
  } finally {
    await handle.close();
  }
}

async function splatHeader(handle: FileHandle): Promise<PlyHeader | null> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(3), 0, 3, 0);
  if (bytesRead < 3 || buffer.toString('latin1') !== 'ply') return null;
  const header = await readPlyHeader(handle);
  const names = new Set(header.properties.map(({ name }) => name));
  return header.format !== 'ascii' && SPLAT_PROPERTIES.every((name) => names.has(name)) ? header : null;
}

/** The highest degree of which all factors are there. */
function degreeOf({ properties }: PlyHeader): HarmonicDegree {
  const rest = properties.filter(({ name }) => name.startsWith('f_rest_')).length;
  return ([3, 2, 1] as const).find((degree) => rest === harmonicsOf(degree)) ?? 0;
}

function lesser(a: HarmonicDegree, b: HarmonicDegree): HarmonicDegree {
  return a < b ? a : b;
}

async function* splatsIn(
  handle: FileHandle,
  header: PlyHeader,
  degree: HarmonicDegree,
  origin: Readonly<Vec3>,
): AsyncGenerator<Splat> {
  const read = propertyReader(header);
  const buffer = Buffer.alloc(header.recordBytes * BATCH_POINTS);
  // A file keeps all factors of red, then those of green and of blue.
  const own = harmonicsOf(degreeOf(header)) / 3;
  const names = Array.from({ length: harmonicsOf(degree) }, (_, i) => `f_rest_${(i % 3) * own + Math.floor(i / 3)}`);
  for (let done = 0; done < header.count; done += BATCH_POINTS) {
    const count = Math.min(BATCH_POINTS, header.count - done);
    await handle.read(buffer, 0, count * header.recordBytes, header.bodyAt + done * header.recordBytes);
    for (let i = 0; i < count; i += 1) {
      const value = (name: string): number => read(buffer, i * header.recordBytes, name);
      const three = (name: string): Vec3 => [value(`${name}_0`), value(`${name}_1`), value(`${name}_2`)];
      yield {
        centre: [value('x') - origin[0], value('y') - origin[1], value('z') - origin[2]],
        logScales: three('scale'),
        rotation: [value('rot_0'), value('rot_1'), value('rot_2'), value('rot_3')],
        opacity: value('opacity'),
        colour: three('f_dc'),
        harmonics: names.map(value),
      };
    }
  }
}
