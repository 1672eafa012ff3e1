import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { StepError } from '../../application/step';
import { addPly } from '../add-ply';
import type { DenseProvider } from '../provider';

const TRAINING_TIMEOUT_MS = 6 * 60 * 60 * 1000;

/**
 * Gaussian splats by a trainer of the operator's own: `<command> --images DIR --model DIR --max-px N --output FILE.ply`. It
 * trains on the pictures and COLMAP's text model and leaves a PLY whose vertices have x, y, z in the frame of the model, with
 * red, green, blue or with the attributes of a splat (f_dc_0…2, opacity, scale_0…2, rot_0…3, f_rest_…). The centres become the
 * map's points, and splats can be looked at as such.
 */
export function gsplatCuda(command: string | null): DenseProvider {
  return {
    name: 'gsplat-cuda',
    unavailable: () =>
      Promise.resolve(command === null ? 'no Gaussian-splat trainer is set up here (STEAD_GSPLAT_COMMAND is not set)' : null),
    async run(context, { images, sparse }, cloud) {
      if (command === null) throw new Error('asked to train without a trainer');
      const output = join(context.folder, 'splats.ply');
      const where = ['--images', images, '--model', sparse, '--max-px', String(context.options.densePx), '--output', output];
      const { exitCode, tail } = await context.tool(command, where, { timeoutMs: TRAINING_TIMEOUT_MS });
      if (exitCode !== 0) {
        throw new StepError('infrastructure', 'gsplat-failed', `The splat trainer ${command} ended with ${exitCode}: ${tail}`);
      }
      const written = await stat(output).catch(() => null);
      if (written === null) {
        throw new StepError('infrastructure', 'gsplat-failed', `The splat trainer ${command} ended well and wrote no ${output}`);
      }
      await addPly(output, cloud);
      const notes = ['Points are the centres of trained Gaussian splats'];
      return { coverage: null, medianDepthErrorVsSparse: null, splats: output, notes };
    },
  };
}
