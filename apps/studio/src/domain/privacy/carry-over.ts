import { newId } from '@stead/platform/ids';
import { boundsOf, type Detection } from './detection';
import type { ReviewPicture } from './review';

/** Intersection over union above which two boxes are of the same thing. */
const SAME_MIN = 0.7;

/**
 * What was decided about the same pictures before, for a map that was made anew: the verdict on what was found again at its place, and
 * what people have drawn. A part that was split goes on as its parts. What is found otherwise is for people to decide once more.
 */
export function carriedOver(
  decided: readonly Detection[],
  found: readonly Detection[],
  pictures: readonly Pick<ReviewPicture, 'image'>[],
): Detection[] {
  const images = new Set(pictures.map(({ image }) => image));
  const before = decided.filter(({ image, partOf }) => images.has(image) && partOf === null);
  const kept = found.map((detection) => {
    if (detection.partOf !== null) return detection;
    const same = before.find((one) => one.source === 'detector' && one.verdict !== null && isSame(one, detection));
    if (same === undefined) return detection;
    const { verdict, reason, decidedBy, decidedAt } = same;
    return { ...detection, verdict, reason, decidedBy, decidedAt };
  });
  const drawn = before.filter(({ source }) => source === 'person').map((mark) => ({ ...mark, id: newId(), covered: false }));
  return [...kept, ...drawn];
}

function isSame(a: Detection, b: Detection): boolean {
  if (a.image !== b.image || a.kind !== b.kind) return false;
  const [one, other] = [boundsOf(a.cover), boundsOf(b.cover)];
  const width = Math.min(one.x + one.width, other.x + other.width) - Math.max(one.x, other.x);
  const height = Math.min(one.y + one.height, other.y + other.height) - Math.max(one.y, other.y);
  const shared = width > 0 && height > 0 ? width * height : 0;
  return shared / (one.width * one.height + other.width * other.height - shared) > SAME_MIN;
}
