import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { StepError, type StepContext } from '../../application/step';
import { addPly } from '../add-ply';
import { Colmap } from '../../steps/reconstruct/colmap';
import type { DenseProvider } from '../provider';

/** COLMAP's PatchMatch stereo (Schönberger et al., ECCV 2016), where COLMAP was built with CUDA and a GPU is there. */
export const colmapCuda: DenseProvider = {
  name: 'colmap-cuda',
  async unavailable(context) {
    const lines: string[] = [];
    try {
      await context.tool('colmap', ['-h'], { onLine: (line) => lines.push(line) });
    } catch (error) {
      if (error instanceof StepError && error.code === 'colmap-missing') return 'COLMAP is not installed';
      throw error;
    }
    if (!/with CUDA/i.test(lines.join('\n'))) return 'this COLMAP was built without CUDA';
    return (await hasGpu(context)) ? null : 'this machine has no NVIDIA GPU';
  },
  async run(context, { images, sparse }, cloud) {
    const workspace_path = join(context.folder, 'stereo');
    await mkdir(workspace_path);
    const max_image_size = context.options.densePx;
    const fused = join(workspace_path, 'fused.ply');
    const colmap = await Colmap.find(context);
    const undistorted = { image_path: images, input_path: sparse, output_path: workspace_path, output_type: 'COLMAP' };
    await colmap.must('image_undistorter', { ...undistorted, max_image_size });
    context.progress(10, 'Pictures are undistorted');
    await colmap.must('patch_match_stereo', { workspace_path, max_image_size, geom_consistency: 'true' });
    context.progress(80, 'Depths are measured');
    await colmap.must('stereo_fusion', { workspace_path, output_path: fused, max_image_size });
    await addPly(fused, cloud);
    return { coverage: null, medianDepthErrorVsSparse: null, notes: [] };
  },
};

/** The driver's own list; without the driver there is no such program. */
async function hasGpu(context: StepContext): Promise<boolean> {
  try {
    const { exitCode, tail } = await context.tool('nvidia-smi', ['--list-gpus']);
    return exitCode === 0 && /^GPU \d/m.test(tail);
  } catch (error) {
    if (error instanceof StepError) return false;
    throw error;
  }
}
