import { createHash } from 'node:crypto';
import type { RedactionPlan, Volume } from '@stead/contracts/pipeline';
import { isWanted, type Detection } from './detection';
import type { Review, ReviewVolume } from './review';

/**
 * What has to change in the version's files so that they show what was decided: every picture of which a mark is covered that was
 * not, or the other way round, with all that is covered in it from now on, and every part of the place that is not gone yet.
 */
export function redactionPlanOf(
  review: Pick<Review, 'version' | 'runId' | 'epoch' | 'erasure'>,
  detections: readonly Detection[],
  volumes: readonly ReviewVolume[],
): RedactionPlan {
  const parents = new Map(detections.map((detection) => [detection.id, detection]));
  const pictures = new Map<string, RedactionPlan['pictures'][number]>();
  for (const detection of detections) {
    const picture = pictures.get(detection.image) ?? { image: detection.image, covers: [], changed: [] };
    pictures.set(detection.image, picture);
    const wanted = isWanted(detection, parents);
    if (wanted) picture.covers.push(detection.cover);
    if (wanted !== detection.covered) picture.changed.push(detection.cover);
  }
  const { bundlePrefix, manifestSha256 } = review.version;
  return {
    schemaVersion: 1,
    base: { bundlePrefix, manifestSha256 },
    originals: review.erasure.state === 'erased' ? null : { runId: review.runId, epoch: review.epoch },
    pictures: [...pictures.values()].filter(({ changed }) => changed.length > 0),
    volumes: volumes.filter(({ applied }) => !applied).map(({ id, volume }) => ({ id, volume })),
    gone: volumes.filter(({ applied }) => applied).map(({ volume }) => volume),
  };
}

export function changesIn({ pictures, volumes }: RedactionPlan): number {
  return volumes.length + pictures.reduce((sum, { changed }) => sum + changed.length, 0);
}

/** Of a volume: the same part of the place is taken away once. */
export function volumeSha256(volume: Volume): string {
  const { shape } = volume;
  const canonical =
    volume.shape === 'box'
      ? { shape, min: volume.min, max: volume.max }
      : { shape, outline: volume.outline, bottom: volume.bottom, top: volume.top };
  return createHash('sha256').update(JSON.stringify(canonical)).digest('hex');
}
