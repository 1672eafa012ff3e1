import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { mkdir } from 'node:fs/promises';
import type { StepContext } from '../../application/step';
import { rotationOf } from '@stead/platform/similarity';
import type { Model } from '../../domain/colmap-model';
import type { CloudFile } from '../cloud-file';
import { DepthMaps } from '../depth-maps';
import { erode, fuseView, type Confirming } from '../fusion';
import { COMPARED, depthIn, planSweeps, type SweepPlan } from '../neighbours';
import { pinholePicture, pinholeSize, type PinholePicture, type PinholeSize } from '../pinhole';
import type { DenseInput, DenseProvider, DenseReport } from '../provider';
import { sweepAll } from '../sweep-pool';
import { pixelOf, type SweepView } from '../view';

/** Of depth maps, and of undistorted pictures; what is more waits on the disk or is made again. */
const MEMORY_BYTES_MAX = 256 * 1024 * 1024;

/** Plane sweep stereo on the processor cores of this machine: needs nothing but time. */
export const cpuPlaneSweep: DenseProvider = {
  name: 'cpu-planesweep',
  unavailable: () => Promise.resolve(null),
  async run(context, input, cloud) {
    const views = new Views(input, context.options.densePx);
    const folder = join(context.folder, 'depths');
    await mkdir(folder);
    const maps = new DepthMaps(folder, MEMORY_BYTES_MAX);
    const measured = await measureDepths(context, views, maps, input.model);
    await fuseAll(context, views, maps, cloud);
    return { ...measured, notes: views.notes };
  },
};

interface Entry {
  plan: SweepPlan;
  size: PinholeSize;
  /** Indices of the neighbours among the views, best first. */
  neighbours: number[];
}

/** The views that can be swept, with their pictures while these are needed. */
class Views {
  readonly entries: Entry[];
  readonly notes: string[] = [];
  private readonly pictures = new Map<number, Promise<PinholePicture>>();
  private readonly picturesMax: number;

  constructor(
    private readonly input: DenseInput,
    densePx: number,
  ) {
    const { cameras, images } = input.model;
    const sized = planSweeps(input.model).flatMap((plan) => {
      const camera = cameras.get(plan.image.cameraId);
      const size = camera === undefined ? null : pinholeSize(camera, densePx);
      return size === null ? [] : [{ plan, size }];
    });
    const index = new Map(sized.map(({ plan }, i) => [plan.image.id, i]));
    this.entries = sized.map(({ plan, size }) => ({
      plan,
      size,
      neighbours: plan.neighbours.flatMap(({ id }) => index.get(id) ?? []),
    }));
    const left = images.size - sized.length;
    if (left > 0) this.notes.push(`${left} of ${images.size} pictures share too few points with others to give depths`);
    const pictureBytes = Math.max(1, ...sized.map(({ size }) => size.width * size.height * 4));
    this.picturesMax = Math.max(2 * (COMPARED + 1), Math.floor(MEMORY_BYTES_MAX / pictureBytes));
  }

  picture(index: number): Promise<PinholePicture> {
    const { plan, size } = this.entry(index);
    const held = this.pictures.get(index) ?? pinholePicture(join(this.input.images, plan.image.name), size);
    this.pictures.delete(index);
    this.pictures.set(index, held);
    const [oldest] = this.pictures.keys();
    if (this.pictures.size > this.picturesMax && oldest !== undefined) this.pictures.delete(oldest);
    return held;
  }

  async sweepView(index: number): Promise<SweepView> {
    const { grey } = await this.picture(index);
    return { ...this.view(index), grey };
  }

  view(index: number): Omit<SweepView, 'grey'> {
    const { plan, size } = this.entry(index);
    const { fx, fy, cx, cy } = size.lens;
    const pose = { rotation: rotationOf(plan.image.qvec), translation: plan.image.tvec };
    return { width: size.width, height: size.height, fx, fy, cx, cy, ...pose };
  }

  entry(index: number): Entry {
    const entry = this.entries[index];
    if (entry === undefined) throw new Error(`There is no view ${index}`);
    return entry;
  }
}

async function measureDepths(
  context: StepContext,
  views: Views,
  maps: DepthMaps,
  model: Model,
): Promise<Omit<DenseReport, 'notes'>> {
  const count = views.entries.length;
  const errors: number[] = [];
  let [done, pixels, known] = [0, 0, 0];
  await sweepAll(
    count,
    availableParallelism(),
    async (id) => {
      const { plan, neighbours } = views.entry(id);
      if (neighbours.length === 0) return null;
      const compared = await Promise.all(neighbours.slice(0, COMPARED).map((other) => views.sweepView(other)));
      const options = { near: plan.near, far: plan.far, planes: context.options.densePlanes };
      return { id, reference: await views.sweepView(id), neighbours: compared, options };
    },
    async ({ id, depth }) => {
      const { width, height } = views.entry(id).size;
      errors.push(...sparseErrors(views, id, depth, model));
      pixels += depth.length;
      for (const value of depth) if (value > 0) known += 1;
      erode(depth, width, height);
      await maps.put(id, depth);
      done += 1;
      context.progress((85 * done) / count, `Depths of ${done} of ${count} pictures`);
    },
    context.signal,
  );
  errors.sort((a, b) => a - b);
  return {
    coverage: pixels === 0 ? 0 : known / pixels,
    medianDepthErrorVsSparse: errors[Math.floor(errors.length / 2)] ?? null,
  };
}

function sparseErrors(views: Views, id: number, depth: Float32Array, model: Model): number[] {
  const { image } = views.entry(id).plan;
  const view = views.view(id);
  return image.points2D.flatMap(({ point3DId }) => {
    const point = point3DId === null ? undefined : model.points.get(point3DId);
    const at = point === undefined ? null : pixelOf(view, point.xyz);
    const found = at === null ? 0 : (depth[at.pixel] ?? 0);
    if (point === undefined || found <= 0) return [];
    const truth = depthIn(image, point.xyz);
    return [Math.abs(found - truth) / truth];
  });
}

async function fuseAll(context: StepContext, views: Views, maps: DepthMaps, cloud: CloudFile): Promise<void> {
  const count = views.entries.length;
  for (let index = 0; index < count; index += 1) {
    context.signal.throwIfAborted();
    const depth = await maps.get(index);
    if (depth === null) continue;
    const others: Confirming[] = [];
    for (const other of views.entry(index).neighbours) {
      const theirs = await maps.get(other);
      if (theirs !== null) others.push({ view: views.view(other), depth: theirs });
    }
    const { rgb } = await views.picture(index);
    await fuseView({ view: views.view(index), depth, rgb }, others, cloud);
    context.progress(85 + (12 * (index + 1)) / count, `${cloud.count} points from ${index + 1} pictures`);
  }
}
