import { dirname, join } from 'node:path';
import type { Step, StepContext, StepResult } from '../application/step';
import { StepError } from '../application/step';
import { CloudFile } from '../dense/cloud-file';
import type { DenseProvider, DenseReport } from '../dense/provider';
import { colmapCuda } from '../dense/providers/colmap-cuda';
import { cpuPlaneSweep } from '../dense/providers/cpu-plane-sweep';
import { gsplatCuda } from '../dense/providers/gsplat-cuda';
import type { Model } from '../domain/colmap-model';
import { putSplats } from '../splats/splat-file';
import type { StepSettings } from './registry';
import { readSparseModel } from './sparse-model';

const VIEWS_MIN = 3;

/** Many points out of posed pictures; where that does not work, the sparse ones and the reason. */
export function densify({ gsplatCommand }: Pick<StepSettings, 'gsplatCommand'>): Step {
  const providers = [cpuPlaneSweep, colmapCuda, gsplatCuda(gsplatCommand)];
  return {
    name: 'densify',
    version: 4,
    reads: ['anonymize', 'reconstruct'],
    optionsRead: ['dense', 'densePx', 'densePlanes'],
    ...(gsplatCommand === null ? {} : { fingerprint: gsplatCommand }),
    async run(context: StepContext): Promise<StepResult> {
      const model = await readSparseModel(context);
      const made = await densePoints(context, model, providers);
      if (typeof made === 'string') return sparsePoints(context, model, made);
      const { provider, path, points, report } = made;
      await context.put('cloud.ply', path, 'application/x-ply');
      const splats = await putSplats(context, report.splats === undefined ? [] : [report.splats]);
      return {
        provider,
        metrics: {
          points,
          splats: splats.count,
          sparsePoints: model.points.size,
          coverage: rounded(report.coverage),
          medianDepthErrorVsSparse: rounded(report.medianDepthErrorVsSparse),
        },
        notes: [...report.notes, ...splats.notes],
      };
    },
  };
}

interface Made {
  provider: string;
  path: string;
  points: number;
  report: DenseReport;
}

/** Or the reason why there are none, as the end of a sentence. */
async function densePoints(context: StepContext, model: Model, providers: readonly DenseProvider[]): Promise<Made | string> {
  const provider = providers.find(({ name }) => name === context.options.dense);
  if (provider === undefined) return 'dense points were not asked for';
  const missing = await provider.unavailable(context);
  if (missing !== null) return missing;
  if (model.images.size < VIEWS_MIN) return `${model.images.size} pictures are too few for dense points`;
  const pictures = await context.fetchAll(context.need('anonymize'), 'images/');
  const sparse = await context.fetchAll(context.need('reconstruct'), 'sparse/');
  const [[, picture] = [], [, text] = []] = [[...pictures][0], [...sparse][0]];
  if (picture === undefined || text === undefined)
    throw new StepError('data', 'input-missing', 'The pictures were not handed on');
  const path = join(context.folder, 'cloud.ply');
  const cloud = await CloudFile.create(path);
  const input = { model, images: dirname(picture), sparse: dirname(text) };
  // A file that is left open by a step that failed would stay so until the process ends.
  const report = await provider.run(context, input, cloud).finally(() => cloud.close());
  if (cloud.count < model.points.size) {
    const advice = 'photograph sideways past the scene instead of straight towards it, in even light';
    return `the views agreed on only ${cloud.count} dense points; ${advice}`;
  }
  return { provider: provider.name, path, points: cloud.count, report };
}

async function sparsePoints(context: StepContext, model: Model, reason: string): Promise<StepResult> {
  const path = join(context.folder, 'sparse.ply');
  const cloud = await CloudFile.create(path);
  for (const { xyz, rgb } of model.points.values()) {
    cloud.add(...xyz, ...rgb);
    if (cloud.isFull) await cloud.flush();
  }
  await cloud.close();
  await context.put('cloud.ply', path, 'application/x-ply');
  return {
    provider: 'sparse',
    metrics: { points: cloud.count, sparsePoints: cloud.count, coverage: null, medianDepthErrorVsSparse: null },
    notes: [`The map shows the sparse points only: ${reason}`],
  };
}

function rounded(value: number | null): number | null {
  return value === null ? null : Number(value.toFixed(5));
}
