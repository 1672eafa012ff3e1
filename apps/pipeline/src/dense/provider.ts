import type { PipelineOptions } from '@stead/contracts/pipeline';
import type { StepContext } from '../application/step';
import type { Model } from '../domain/colmap-model';
import type { CloudFile } from './cloud-file';

export interface DenseInput {
  model: Model;
  /** A folder with the pictures that nobody can be recognised in, by the names that the model uses. */
  images: string;
  /** A folder with `cameras.txt`, `images.txt` and `points3D.txt`. */
  sparse: string;
}

export interface DenseReport {
  /** Share of all pixels for which a depth was found; null where the provider does not say. */
  coverage: number | null;
  /** Median of the differences between depth maps and sparse points, relative to the depth; null likewise. */
  medianDepthErrorVsSparse: number | null;
  /** A PLY of Gaussian splats in the frame of the model, where it made such. */
  splats?: string;
  notes: string[];
}

/** A way to make many points out of posed pictures. */
export interface DenseProvider {
  readonly name: Exclude<PipelineOptions['dense'], 'none'>;
  /** Null when it can run on this machine; otherwise why it cannot, as the end of a sentence. */
  unavailable(context: StepContext): Promise<string | null>;
  /** Adds its points to `cloud`, in the frame of the model. */
  run(context: StepContext, input: DenseInput, cloud: CloudFile): Promise<DenseReport>;
}
