import { mkdir, open, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { StepContext } from '../../application/step';
import { meanReprojectionPx, parseModel } from '../../domain/colmap-model';
import type { Model, ModelText } from '../../domain/colmap-model';
import type { Colmap, ColmapOptions } from './colmap';
import type { Workplace } from './features';

export interface Mapped {
  model: Model;
  text: ModelText;
  registered: number;
  reprojectionPx: number;
}

/** Fewer and shorter refinements than COLMAP's defaults: half the time, the same poses on captures with known truth. */
export const DEFAULT_MAPPER: ColmapOptions = {
  multiple_models: 0,
  ba_global_function_tolerance: 1e-6,
  ba_local_function_tolerance: 1e-6,
  ba_global_images_ratio: 1.4,
  ba_global_points_ratio: 1.4,
  ba_global_max_refinements: 2,
  ba_local_max_refinements: 1,
  ba_local_max_num_iterations: 10,
  ba_global_max_num_iterations: 20,
};

/**
 * Walking forwards gives first pairs with small angles and motion along the view, which the defaults refuse, and few matches
 * over more than a step or two. A first pair that leads nowhere is followed by others; the largest of the models counts.
 */
export const RELAXED_MAPPER: ColmapOptions = {
  ...DEFAULT_MAPPER,
  init_min_tri_angle: 4,
  init_max_forward_motion: 0.99,
  init_min_num_inliers: 60,
  init_num_trials: 500,
  abs_pose_min_num_inliers: 15,
  multiple_models: 1,
  max_num_models: 10,
  min_model_size: 3,
};

/** The largest model that the mapper finds, or the reason that it gives for finding none. */
export async function mapImages(
  context: StepContext,
  colmap: Colmap,
  place: Workplace,
  options: ColmapOptions,
  name: string,
  report: (registered: number) => void,
): Promise<Mapped | string> {
  const output = join(context.folder, `sparse-${name}`);
  await mkdir(output);
  let reason = 'the mapper found no model';
  const all = {
    database_path: place.database,
    image_path: place.images,
    output_path: output,
    num_threads: place.threads,
    ...options,
  };
  await colmap.run('mapper', all, (line) => {
    const registered = /Registering image #\d+ \((\d+)\)/.exec(line)?.[1];
    if (registered !== undefined) report(Number(registered));
    if (/No good initial image pair/i.test(line)) reason = 'no good initial image pair';
  });
  const largest = await largestModel(output);
  if (largest === null) return reason;
  const text = await asText(context, colmap, largest);
  const model = parseModel(text);
  return { model, text, registered: model.images.size, reprojectionPx: meanReprojectionPx(model) ?? Infinity };
}

async function largestModel(output: string): Promise<string | null> {
  let largest: string | null = null;
  let most = 0;
  for (const name of (await readdir(output)).sort()) {
    const count = await imagesIn(join(output, name, 'images.bin'));
    if (count > most) {
      most = count;
      largest = join(output, name);
    }
  }
  return largest;
}

/** The file begins with the number of registered images (https://colmap.github.io/format.html#binary-file-format). */
async function imagesIn(path: string): Promise<number> {
  const handle = await open(path).catch(() => null);
  if (handle === null) return 0;
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(8), 0, 8, 0);
    return bytesRead === 8 ? Number(buffer.readBigUInt64LE(0)) : 0;
  } finally {
    await handle.close();
  }
}

async function asText(context: StepContext, colmap: Colmap, model: string): Promise<ModelText> {
  const folder = `${model}-text`;
  await mkdir(folder);
  await colmap.must('model_converter', { input_path: model, output_path: folder, output_type: 'TXT' });
  const [cameras = '', images = '', points3D = ''] = await Promise.all(
    ['cameras.txt', 'images.txt', 'points3D.txt'].map((name) => readFile(join(folder, name), 'utf8')),
  );
  context.signal.throwIfAborted();
  return { cameras, images, points3D };
}
