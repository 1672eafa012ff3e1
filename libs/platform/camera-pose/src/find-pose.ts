import { missSquared, rayOf, toCamera, type CameraPose, type Lens, type Pixel, type Sighting } from './camera';
import { confidenceOf, falseAlarmsLog10 } from './evidence';
import { refine, uncertainty, type Placed } from './refine';
import { seeded } from './seeded';
import { posesOfThree } from './three-points';

export interface PoseQuestion {
  sightings: readonly Sighting[];
  width: number;
  height: number;
  /** One where it is known or nearly so; several, from which the right one is less than a fifth away, where it is not. */
  focalsPx: readonly number[];
  /** Whether a focal length of the list is only where its refinement starts. */
  refineFocal: boolean;
  /** A sighting that misses by more is taken to be wrong. */
  tolerancePx?: number;
  seed?: number;
}

export interface FoundPose {
  pose: CameraPose;
  focalPx: number;
  /** Which sightings agree, as indices. */
  inliers: number[];
  /** Root mean square miss of those, in pixels. */
  missPx: number;
  /** See `confidenceOf`. */
  confidence: number;
}

const TOLERANCE_PX = 6;
/** Fewer that agree are no evidence, whatever their odds: real matches are wrong together, chance's are not. */
const INLIERS_MIN = 12;
const FALSE_ALARMS_LOG10_MAX = -6;
const TRIES_MAX = 6_000;
/** The search ends when a better pose would have been found by now with all but this probability. */
const MISSED_MAX = 1e-4;
/** A lens that is wider than 127° or longer than 12 times the picture was not meant. */
const FOCAL_SHARE_MIN = 0.25;
const FOCAL_SHARE_MAX = 12;
/** Of the standpoint, over the depth of what is seen. */
const UNCERTAINTY_SHARE_MAX = 0.1;
/** What is right is still seen this far off at best; it keeps few sightings that fit by luck from looking certain. */
const SIGMA_PX_MIN = 0.5;
const POLISHES = 3;

/**
 * Where a picture was taken, from sightings of which most may be wrong: RANSAC (Fischler and Bolles, CACM 1981) over poses of three
 * sightings, each better one polished on all that agree with it (Chum, Matas and Kittler, "Locally optimized RANSAC", DAGM 2003).
 * Null where nothing agrees more than chance would let it.
 */
export function findPose(question: PoseQuestion): FoundPose | null {
  const { sightings, width, height, focalsPx, refineFocal, seed = 1 } = question;
  const toleranceSquared = (question.tolerancePx ?? TOLERANCE_PX) ** 2;
  if (sightings.length < INLIERS_MIN) return null;
  const centrePx: Pixel = [width / 2, height / 2];
  const lenses = focalsPx.map((focalPx): Lens => ({ focalPx, centrePx }));
  const random = seeded(seed);
  const agreeing = (placed: Placed): Sighting[] =>
    sightings.filter((sighting) => missSquared(placed.pose, placed.lens, sighting) <= toleranceSquared);
  const polished = (start: Placed): { placed: Placed; count: number } => {
    let best = { placed: start, count: agreeing(start).length };
    for (let round = 0; round < POLISHES && best.count >= INLIERS_MIN / 2; round += 1) {
      const placed = refine(best.placed, agreeing(best.placed), refineFocal && best.count > 6);
      const count = agreeing(placed).length;
      if (count < best.count || !plausible(placed.lens, width, height)) break;
      best = { placed, count };
    }
    return best;
  };

  let best: { placed: Placed; count: number } | null = null;
  let posesTried = 0;
  let triesMax = TRIES_MAX;
  for (let tries = 0; tries < triesMax; tries += 1) {
    const three = drawThree(sightings, random);
    const lens = lenses[tries % lenses.length];
    if (three === null || lens === undefined) break;
    const [a, b, c] = three;
    const rays = [rayOf(lens, a.pixel), rayOf(lens, b.pixel), rayOf(lens, c.pixel)] as const;
    for (const pose of posesOfThree(rays, [a.point, b.point, c.point])) {
      posesTried += 1;
      const count = agreeing({ pose, lens }).length;
      if (count <= Math.max(4, (best?.count ?? 0) * POLISH_FROM)) continue;
      const better = polished({ pose, lens });
      if (better.count <= (best?.count ?? 0)) continue;
      best = better;
      triesMax = Math.min(TRIES_MAX, triesFor(best.count / sightings.length) * lenses.length);
    }
  }
  if (best === null || best.count < INLIERS_MIN) return null;
  return judged(question, best.placed, toleranceSquared, posesTried);
}

/** A pose of three is blurred by their errors: one with so many of the best one's sightings may be the better after polish. */
const POLISH_FROM = 0.7;

/** What is found, where it is more than chance and says where the camera stands. */
function judged(question: PoseQuestion, placed: Placed, toleranceSquared: number, posesTried: number): FoundPose | null {
  const { sightings, refineFocal } = question;
  const { pose, lens } = placed;
  const inliers = [...sightings.keys()].filter((i) => {
    const sighting = sightings[i];
    return sighting !== undefined && missSquared(pose, lens, sighting) <= toleranceSquared;
  });
  const right = inliers.flatMap((i) => sightings[i] ?? []);
  const chance = (Math.PI * toleranceSquared) / extentOf(sightings);
  if (falseAlarmsLog10(sightings.length, right.length, chance, posesTried) > FALSE_ALARMS_LOG10_MAX) return null;
  const missPx = Math.sqrt(right.reduce((sum, sighting) => sum + missSquared(pose, lens, sighting), 0) / right.length);
  const sigma = uncertainty(placed, right, refineFocal, Math.max(missPx, SIGMA_PX_MIN));
  const depths = right.map(({ point }) => toCamera(pose, point)[2]).sort((x, y) => x - y);
  const share = (sigma ?? Infinity) / (depths[Math.floor(depths.length / 2)] ?? NaN);
  if (!(share <= UNCERTAINTY_SHARE_MAX)) return null;
  return { pose, focalPx: lens.focalPx, inliers, missPx, confidence: confidenceOf(sightings.length, right.length, share) };
}

/** Tries after which three right sightings were drawn at once, but for a small chance. */
function triesFor(rightShare: number): number {
  const hit = rightShare ** 3;
  return hit >= 1 ? 1 : Math.ceil(Math.log(MISSED_MAX) / Math.log(1 - hit));
}

function drawThree(sightings: readonly Sighting[], random: () => number): [Sighting, Sighting, Sighting] | null {
  const n = sightings.length;
  const i = Math.floor(random() * n);
  // Without a loop that may not end: the second and third are drawn from those that are left.
  const j = (i + 1 + Math.floor(random() * (n - 1))) % n;
  const k = Math.floor(random() * (n - 2));
  const [low, high] = [Math.min(i, j), Math.max(i, j)];
  const past = k >= low ? k + 1 : k;
  const [a, b, c] = [sightings[i], sightings[j], sightings[past >= high ? past + 1 : past]];
  return a === undefined || b === undefined || c === undefined ? null : [a, b, c];
}

/** Pixels of the part of the picture that has sightings: where they crowd, chance hits more often. */
function extentOf(sightings: readonly Sighting[]): number {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const { pixel } of sightings) {
    [left, top] = [Math.min(left, pixel[0]), Math.min(top, pixel[1])];
    [right, bottom] = [Math.max(right, pixel[0]), Math.max(bottom, pixel[1])];
  }
  return Math.max(1, (right - left) * (bottom - top));
}

function plausible({ focalPx }: Lens, width: number, height: number): boolean {
  const share = focalPx / Math.max(width, height);
  return share >= FOCAL_SHARE_MIN && share <= FOCAL_SHARE_MAX;
}
