import { spawnSync } from 'node:child_process';
import { copyFile, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { PipelineOptions } from '@stead/contracts/pipeline';
import { StepError, type StepContext } from '../application/step';
import { rotationOf, type Model } from '../domain/colmap-model';
import { fuse, type DepthView, type FusedCloud } from './fusion';
import { planSweeps } from './neighbours';
import { readCloud } from './read-cloud';
import { pinholePicture, type PinholePicture } from './pinhole';
import { sweepAll } from './sweep-pool';

export interface DenseInput {
  model: Model;
  /** Local paths of the anonymised pictures by their names. */
  pictures: ReadonlyMap<string, string>;
  options: PipelineOptions;
}

export interface DenseResult {
  cloud: FusedCloud;
  notes: string[];
}

/** A way to make many points out of posed pictures. */
export interface DenseProvider {
  name: PipelineOptions['dense'];
  /** Null when it can run here; otherwise why it cannot. */
  unavailable(): string | null;
  run(context: StepContext, input: DenseInput): Promise<DenseResult>;
}

export const cpuPlaneSweep: DenseProvider = {
  name: 'cpu-planesweep',
  unavailable: () => null,
  async run(context, { model, pictures, options }) {
    const plans = planSweeps(model);
    const loaded = new Map<number, PinholePicture>();
    for (const { image } of plans) {
      const path = pictures.get(image.name);
      const camera = model.cameras.get(image.cameraId);
      const picture = path === undefined || camera === undefined ? null : await pinholePicture(path, camera, options.densePx);
      if (picture !== null) loaded.set(image.id, picture);
    }
    const usable = plans.filter(({ image }) => loaded.has(image.id));
    const index = new Map(usable.map(({ image }, i) => [image.id, i]));
    const views = usable.map(({ image }): DepthView => {
      const picture = loaded.get(image.id);
      if (picture === undefined) throw new Error('filtered above');
      return {
        ...picture,
        rotation: rotationOf(image.qvec),
        translation: image.tvec,
        depth: new Float32Array(picture.width * picture.height),
      };
    });
    const neighboursOf = usable.map(({ neighbours }) => neighbours.flatMap(({ id }) => index.get(id) ?? []));
    const sweepable = ({ rgb: _rgb, depth: _depth, ...view }: DepthView) => view;
    let done = 0;
    await sweepAll(
      usable.map(({ near, far }, id) => {
        const view = views[id];
        if (view === undefined) throw new Error('same length');
        const neighbours = (neighboursOf[id] ?? []).flatMap((other) => views[other] ?? []).map(sweepable);
        return { id, reference: sweepable(view), neighbours, options: { near, far, planes: options.densePlanes } };
      }),
      context.signal,
      (id, depth) => {
        const view = views[id];
        if (view !== undefined) view.depth = depth;
        done += 1;
        context.progress((90 * done) / usable.length, `depth of ${done} of ${usable.length} pictures`);
      },
    );
    return { cloud: fuse(views, neighboursOf), notes: [] };
  },
};

/** COLMAP's own stereo, where it was built with CUDA; Debian's was not, and says so itself. */
export const colmapCuda: DenseProvider = {
  name: 'colmap-cuda',
  unavailable: () => {
    const { stdout, error } = spawnSync('colmap', ['help'], { encoding: 'utf8' });
    if (error !== undefined) return 'COLMAP is not installed';
    return /without CUDA/i.test(stdout) ? 'this COLMAP was built without CUDA' : null;
  },
  async run(context, { model, pictures }) {
    const place = join(context.folder, 'stereo');
    const images = join(context.folder, 'images');
    await Promise.all([place, images].map((folder) => mkdir(folder, { recursive: true })));
    for (const image of model.images.values()) {
      const path = pictures.get(image.name);
      if (path !== undefined) await copyFile(path, join(images, image.name));
    }
    const sparse = dirname([...(await context.fetchAll(context.need('reconstruct'), 'sparse/')).values()][0] ?? place);
    const stages: [string, string[]][] = [
      ['image_undistorter', ['--image_path', images, '--input_path', sparse, '--output_path', place, '--output_type', 'COLMAP']],
      ['patch_match_stereo', ['--workspace_path', place, '--PatchMatchStereo.geom_consistency', 'true']],
      ['stereo_fusion', ['--workspace_path', place, '--output_path', join(place, 'fused.ply')]],
    ];
    for (const [i, [stage, args]] of stages.entries()) {
      const { exitCode, tail } = await context.tool('colmap', [stage, ...args], { env: { QT_QPA_PLATFORM: 'offscreen' } });
      if (exitCode !== 0)
        throw new StepError('infrastructure', 'colmap-failed', `colmap ${stage} ended with ${exitCode}: ${tail.slice(-500)}`);
      context.progress((90 * (i + 1)) / stages.length, stage);
    }
    return { cloud: await readCloud(join(place, 'fused.ply')), notes: [] };
  },
};
