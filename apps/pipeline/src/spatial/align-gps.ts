import { alignPoints, applySimilarity, type SimilarityTransform, type Vec3 } from '@stead/platform/similarity';

const TRIALS_MAX = 400;
const INLIER_M = 8;
/** A track shorter than this is drowned in the error of a phone's receiver. */
const SPREAD_MIN_M = 10;

export interface GpsAlignment {
  transform: SimilarityTransform;
  residualM: number;
  inliers: number;
}

/**
 * The similarity from camera centres to metres east, north and up that most positions agree with: minimal triples are tried
 * in a fixed order (RANSAC, Fischler and Bolles 1981), then all that agree are fitted. Null when too few are apart enough.
 */
export function alignToGps(centres: readonly Vec3[], enu: readonly Vec3[]): GpsAlignment | null {
  if (centres.length < 3 || spread(enu) < SPREAD_MIN_M) return null;
  let best: number[] = [];
  for (const triple of triples(centres.length)) {
    const pick = (list: readonly Vec3[]): Vec3[] => triple.map((i) => list[i] ?? [0, 0, 0]);
    const model = alignPoints(pick(centres), pick(enu));
    if (model === null) continue;
    const agreeing = centres.flatMap((centre, i) =>
      distance(applySimilarity(model, centre), enu[i] ?? [0, 0, 0]) <= INLIER_M ? [i] : [],
    );
    if (agreeing.length > best.length) best = agreeing;
  }
  if (best.length < Math.max(3, centres.length / 2)) return null;
  const of = (list: readonly Vec3[]): Vec3[] => best.map((i) => list[i] ?? [0, 0, 0]);
  const transform = alignPoints(of(centres), of(enu));
  if (transform === null) return null;
  const squares = best.map((i) => distance(applySimilarity(transform, centres[i] ?? [0, 0, 0]), enu[i] ?? [0, 0, 0]) ** 2);
  return {
    transform,
    residualM: Math.sqrt(squares.reduce((sum, value) => sum + value, 0) / squares.length),
    inliers: best.length,
  };
}

function* triples(count: number): Generator<[number, number, number]> {
  let made = 0;
  const stride = Math.max(1, Math.floor((count * (count - 1) * (count - 2)) / 6 / TRIALS_MAX));
  let at = 0;
  for (let i = 0; i < count; i += 1) {
    for (let j = i + 1; j < count; j += 1) {
      for (let k = j + 1; k < count; k += 1) {
        if (at % stride === 0 && made < TRIALS_MAX) {
          made += 1;
          yield [i, j, k];
        }
        at += 1;
      }
    }
  }
}

function distance(a: Vec3, b: Vec3): number {
  return Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}

function spread(points: readonly Vec3[]): number {
  const [first] = points;
  return first === undefined ? 0 : Math.max(...points.map((point) => distance(first, point)));
}
