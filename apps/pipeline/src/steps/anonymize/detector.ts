import type { Detection, Picture } from '../../domain/detection';

/** Finds what must not be recognisable. An implementation for a GPU or another model takes the place of one that ships. */
export abstract class Detector {
  /** As the record of the step names it. */
  abstract readonly name: string;
  abstract detect(picture: Picture): Promise<Detection[]>;
  abstract close(): Promise<void>;
}
