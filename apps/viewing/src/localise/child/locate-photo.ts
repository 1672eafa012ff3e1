import { findPose, type FoundPose, type Sighting } from '@stead/platform/camera-pose';
import { type DescriptorMatcher, DESCRIPTOR_BYTES, sightingsOf, type PlaceIndex } from '@stead/platform/image-features';
import { Malformed } from '@stead/platform/malformed';
import { focalGuesses } from '../lens';
import type { Finding, Question } from '../question';
import { findFeatures, NoFeatureFinder, type Detail } from './find-features';
import { openPhoto, UnreadablePhoto, type OpenedPhoto } from './open-photo';

/** Fewer in a whole photo: a wall, a lens cap, a hand that shook. */
const FEATURES_MIN = 80;
/** With so many a closer look finds no others that matter. */
const FEATURES_ENOUGH = 1_500;
/** Less is blurred, see `OpenedPhoto.sharpness`. */
const SHARPNESS_MIN = 0.5;
/**
 * Less is no place: a poster or a pattern that hangs elsewhere too agrees with itself, but with few of the matches and in one
 * corner. Mirrored photos of the sample come to 0.38, right ones seldom below 0.6.
 */
const CONFIDENCE_MIN = 0.4;

/** Where a photo was taken; quickly at first, and with more detail where that does not tell. */
export async function locatePhoto(
  { folder, photo: path, lens }: Question,
  index: () => Promise<PlaceIndex>,
  matcher: DescriptorMatcher,
): Promise<Finding> {
  try {
    const photo = await openPhoto(path);
    const place = await index();
    let features = 0;
    for (const detail of ['quick', 'fine'] satisfies Detail[]) {
      const found = await findFeatures(photo.picture, folder, detail);
      features = found.descriptors.length / DESCRIPTOR_BYTES;
      const pose = poseOf(photo, lens, await sightingsOf(found, place, matcher));
      if (pose === null) {
        if (features >= FEATURES_ENOUGH) break;
        continue;
      }
      const { rotation, translation } = pose.pose;
      const focalPx = pose.focalPx * photo.scale;
      return { kind: 'found', rotation, translation, focalPx, inliers: pose.inliers.length, confidence: pose.confidence };
    }
    return { kind: features < FEATURES_MIN || photo.sharpness < SHARPNESS_MIN ? 'no-features' : 'not-here' };
  } catch (error) {
    if (error instanceof UnreadablePhoto) return { kind: 'unreadable', why: error.message };
    if (error instanceof NoFeatureFinder || error instanceof Malformed) return { kind: 'out-of-order', why: error.message };
    throw error;
  }
}

function poseOf(photo: OpenedPhoto, lens: Question['lens'], sightings: readonly Sighting[]): FoundPose | null {
  const { width, height, scale, exifFocalPx } = photo;
  const guesses = focalGuesses({ ...lens, exifFocalPx }, width * scale, height * scale);
  for (const { focalsPx, refineFocal } of guesses) {
    const found = findPose({ sightings, width, height, refineFocal, focalsPx: focalsPx.map((focal) => focal / scale) });
    if (found !== null && found.confidence >= CONFIDENCE_MIN) return found;
  }
  return null;
}
