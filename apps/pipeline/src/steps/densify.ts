import type { Step, StepContext, StepResult } from '../application/step';
import type { Model } from '../domain/colmap-model';
import { cloudPly } from '../dense/cloud-ply';
import type { FusedCloud } from '../dense/fusion';
import { colmapCuda, cpuPlaneSweep, type DenseProvider } from '../dense/providers';
import { readSparseModel } from './sparse-model';

const PROVIDERS: readonly DenseProvider[] = [cpuPlaneSweep, colmapCuda];
const VIEWS_MIN = 3;
/** Fewer dense points than sparse ones means that the dense step has failed, whatever it says. */
const GAIN_MIN = 1;

/** Many points out of posed pictures; the sparse ones, with the reason, where that does not work. */
export const densify: Step = {
  name: 'densify',
  version: 1,
  reads: ['anonymize', 'reconstruct'],
  optionsRead: ['dense', 'densePx', 'densePlanes'],
  async run(context: StepContext): Promise<StepResult> {
    const model = await readSparseModel(context);
    const sparse = sparseCloud(model);
    const { cloud, provider, notes } = await denseOr(context, model, sparse);
    await context.put('cloud.ply', cloudPly(cloud.count, cloud.xyz, cloud.rgb), 'application/x-ply');
    return { provider, metrics: { points: cloud.count, sparsePoints: sparse.count }, notes };
  },
};

async function denseOr(
  context: StepContext,
  model: Model,
  sparse: FusedCloud,
): Promise<{ cloud: FusedCloud; provider: string; notes: string[] }> {
  const fallback = (reason: string) => ({
    cloud: sparse,
    provider: 'sparse',
    notes: [`The map shows the sparse points only: ${reason}.`],
  });
  const { dense } = context.options;
  if (dense === 'none') return fallback('dense points were not asked for');
  const provider = PROVIDERS.find((candidate) => candidate.name === dense);
  const missing = provider === undefined ? 'no Gaussian-splat trainer is set up here' : provider.unavailable();
  if (provider === undefined || missing !== null) return fallback(missing ?? 'unknown provider');
  if (model.images.size < VIEWS_MIN) return fallback(`${model.images.size} pictures are too few for dense points`);
  const pictures = await context.fetchAll(context.need('anonymize'), 'images/');
  const named = new Map([...pictures].map(([path, local]) => [path.slice('images/'.length), local]));
  const { cloud, notes } = await provider.run(context, { model, pictures: named, options: context.options });
  if (cloud.count < sparse.count * GAIN_MIN)
    return fallback(
      `stereo agreed on only ${cloud.count} points; film or photograph sideways past the scene, not straight towards it`,
    );
  return { cloud, provider: provider.name, notes };
}

function sparseCloud(model: Model): FusedCloud {
  const points = [...model.points.values()];
  return {
    count: points.length,
    xyz: Float32Array.from(points.flatMap((point) => point.xyz)),
    rgb: Uint8Array.from(points.flatMap((point) => point.rgb)),
  };
}
