import { isDeepStrictEqual } from 'node:util';
import type { Cover, Quality, RedactionPlan } from '@stead/contracts/pipeline';
import { gradeOf } from '../../domain/grade';
import type { CoveredDetection } from '../../domain/detections';

/** The quality card of a bundle after a redaction: fewer points and tiles perhaps, and other faces that are covered. */
export function newQuality(
  before: Quality,
  { points, tiles, notes }: Pick<Quality, 'points' | 'tiles' | 'notes'>,
  pictures: RedactionPlan['pictures'],
  detections: readonly CoveredDetection[],
): Quality {
  const quality = {
    ...before,
    points,
    tiles,
    notes: [...before.notes, ...notes],
    facesBlurred: changedBy(before.facesBlurred, 'face', pictures, detections),
    platesBlurred: changedBy(before.platesBlurred, 'plate', pictures, detections),
  };
  return { ...quality, grade: gradeOf(quality) };
}

/** As the anonymize step counts them: what was seen before anything was covered. */
function changedBy(
  before: number | null,
  kind: CoveredDetection['kind'],
  pictures: RedactionPlan['pictures'],
  detections: readonly CoveredDetection[],
): number | null {
  if (before === null) return null;
  const first = detections.filter((one) => one.kind === kind && one.round === 0);
  let count = before;
  for (const { image, covers, changed } of pictures) {
    for (const { box, corners } of first.filter((one) => one.image === image)) {
      const isThis = (cover: Cover): boolean =>
        cover.shape === 'detected' &&
        cover.kind === kind &&
        isDeepStrictEqual({ box: cover.box, corners: cover.corners }, { box, corners });
      if (changed.some(isThis)) count += covers.some(isThis) ? 1 : -1;
    }
  }
  return Math.max(0, count);
}
