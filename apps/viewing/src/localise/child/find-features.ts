import { execFile } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ColmapDatabase, type PhotoFeatures } from '@stead/platform/image-features';

/** `quick` starts at the picture's own size; `fine` doubles it first, which costs four times as much and finds smaller features. */
export type Detail = 'quick' | 'fine';
const FIRST_OCTAVE: Readonly<Record<Detail, number>> = { quick: 0, fine: -1 };

/** COLMAP is not there, or did not run as it should. */
export class NoFeatureFinder extends Error {}

const TIMEOUT_MS = 8_000;
const FEATURES_MAX = 2_500;
/** Of address space; COLMAP's libraries alone take a third of it. */
const MEMORY_KIB_MAX = 3 * 1024 * 1024;
const OUTPUT_BYTES_MAX = 4 * 1024 * 1024;

/** SIFT of one picture by COLMAP, as the map's own photos had theirs: what another program finds does not match as well. */
export async function findFeatures(picture: Buffer, folder: string, detail: Detail): Promise<PhotoFeatures> {
  const [images, database] = [join(folder, 'images'), join(folder, `${detail}.db`)];
  await mkdir(images, { recursive: true });
  await writeFile(join(images, 'photo.png'), picture);
  await colmap([
    'feature_extractor',
    ...['--database_path', database, '--image_path', images],
    ...['--ImageReader.single_camera', '1', `--${await gpuOption()}`, '0'],
    ...['--SiftExtraction.max_num_features', String(FEATURES_MAX)],
    ...['--SiftExtraction.first_octave', String(FIRST_OCTAVE[detail])],
  ]);
  const found = new ColmapDatabase(database);
  const [descriptors] = [...found.features()].map((image) => Uint8Array.from(image.descriptors));
  const [pixels] = [...found.keypoints()].map((image) => image.pixels);
  await rm(database);
  return { descriptors: descriptors ?? new Uint8Array(0), pixels: pixels ?? new Float32Array(0) };
}

let option: Promise<string> | undefined;

/** Its group changed over the versions: `SiftExtraction.use_gpu` became `FeatureExtraction.use_gpu`. */
function gpuOption(): Promise<string> {
  option ??= colmap(['feature_extractor', '-h']).then((help) => /--(\w+\.use_gpu)/.exec(help)?.[1] ?? 'SiftExtraction.use_gpu');
  // What failed is asked again by the next photo.
  option.catch(() => (option = undefined));
  return option;
}

/** Through a shell, which alone can bound the memory of what it becomes. */
function colmap(args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const script = `ulimit -v ${MEMORY_KIB_MAX} 2>/dev/null; exec colmap "$@"`;
    // COLMAP opens a Qt application even for its command line; without a display only this platform works.
    const env = { ...process.env, QT_QPA_PLATFORM: 'offscreen', OMP_NUM_THREADS: '1' }; // eslint-disable-line no-restricted-properties -- the few variables that this process was given: where programs are
    const options = { env, timeout: TIMEOUT_MS, killSignal: 'SIGKILL', maxBuffer: OUTPUT_BYTES_MAX } as const;
    execFile('/bin/sh', ['-c', script, 'colmap', ...args], options, (error, stdout, stderr) => {
      if (error === null) resolve(stdout + stderr);
      else if (error.code === 127)
        reject(new NoFeatureFinder('The program colmap is not installed where the viewing service runs'));
      else reject(new NoFeatureFinder(`colmap ${args[0] ?? ''}: ${error.message.slice(-200)}`));
    });
  });
}
