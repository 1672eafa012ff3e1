import type { CameraPose } from '@stead/contracts/pipeline';
import type { Point } from '@stead/contracts/studio';
import { alignPoints, applySimilarity, type SimilarityTransform } from '@stead/platform/similarity';

/** What a map version says of where it lies. */
export interface Placement {
  captureId: string;
  bounds: { min: Point; max: Point };
  georeference: { originLatitude: number; originLongitude: number; originHeightM: number; residualM: number } | null;
  cameras: readonly CameraPose[];
}

/** From the frame of one version into that of another. */
export interface VersionAlignment {
  transform: SimilarityTransform;
  /** How far a point of the new frame may be off, in its units. */
  residualAt(point: Point): number;
}

/** Fewer pictures that both versions know tell nothing that the others could not be wrong about. */
const SHARED_MIN = 3;
/** A picture that is farther off than so many times the middle one was registered elsewhere. */
const OUTLIER = 4;
const NEIGHBOURS = 3;
const SAMPLES_MAX = 400;
/** Of the map's diagonal: figures in JSON are not worth more. */
const ROUNDING = 1e-9;
const IDENTITY: SimilarityTransform = { scale: 1, rotation: [1, 0, 0, 0, 1, 0, 0, 0, 1], translation: [0, 0, 0] };

/**
 * Where both versions know the same pictures, these tell; else where both know where on Earth they are, that does; else two runs
 * of the same point cloud, whose frame is its own. Null where nothing tells.
 */
export function alignmentOf(before: Placement, after: Placement): VersionAlignment | null {
  return byPictures(before, after) ?? byGeoreference(before, after) ?? byCapture(before, after);
}

function byPictures(before: Placement, after: Placement): VersionAlignment | null {
  if (before.captureId !== after.captureId) return null; // the same name is another picture there
  const known = new Map(before.cameras.map((camera) => [camera.image, camera]));
  const pairs = after.cameras.flatMap((to) => {
    const from = known.get(to.image);
    return from === undefined ? [] : [{ from, to }];
  });
  if (pairs.length < SHARED_MIN) return null;
  const first = likeliest(pairs);
  if (first === null) return null;
  const errors = pairs.map((pair) => errorOf(first, pair));
  const limit = OUTLIER * medianOf(errors) + ROUNDING * diagonalOf(after.bounds);
  const kept = pairs.filter((_, i) => (errors[i] ?? 0) <= limit);
  const transform = fit(kept) ?? first;
  const measured = pairs.map((pair) => ({ at: pair.to.position, error: errorOf(transform, pair) }));
  return { transform, residualAt: (point) => nearbyError(measured, point) };
}

type Pair = Record<'from' | 'to', CameraPose>;

/**
 * The similarity of two pictures for which the middle error of all is least (Rousseeuw, "Least median of squares regression",
 * JASA 1984): up to half of the pictures may be anywhere. Two pictures that lie far apart determine one.
 */
function likeliest(pairs: readonly Pair[]): SimilarityTransform | null {
  let best: { transform: SimilarityTransform; error: number } | null = null;
  for (const [a, b] of samplesOf(pairs.length)) {
    const transform = fit([pairs[a], pairs[b]].flatMap((pair) => pair ?? []));
    if (transform === null) continue;
    const error = medianOf(pairs.map((pair) => errorOf(transform, pair)));
    if (best === null || error < best.error) best = { transform, error };
  }
  return best?.transform ?? fit(pairs);
}

/** Every two of them, or so many, spread evenly over all: the same ones each time. */
function samplesOf(count: number): [number, number][] {
  const all = (count * (count - 1)) / 2;
  const step = Math.max(1, Math.floor(all / SAMPLES_MAX));
  const chosen: [number, number][] = [];
  let index = 0;
  for (let gap = count - 1; gap >= 1; gap -= 1)
    for (let a = 0; a + gap < count; a += 1) if (index++ % step === 0) chosen.push([a, a + gap]);
  return chosen;
}

/**
 * The centres of the pictures, and for each a point ahead of it, as far away as the pictures are spread: the centres of a straight
 * walk alone would not tell how it is rolled.
 */
function fit(pairs: readonly Pair[]): SimilarityTransform | null {
  const [before, after] = [pairs.map(({ from }) => from), pairs.map(({ to }) => to)];
  const [reachBefore, reachAfter] = [spreadOf(before), spreadOf(after)];
  if (reachBefore === 0 || reachAfter === 0) return null;
  return alignPoints(
    before.flatMap((camera) => [camera.position, ahead(camera, reachBefore)]),
    after.flatMap((camera) => [camera.position, ahead(camera, reachAfter)]),
  );
}

function ahead({ position: [x, y, z], forward: [a, b, c] }: CameraPose, reach: number): Point {
  return [x + a * reach, y + b * reach, z + c * reach];
}

function errorOf(transform: SimilarityTransform, { from, to }: Pair): number {
  return distance(applySimilarity(transform, from.position), to.position);
}

/** The mean of the pictures nearest to a point: an alignment is good where its evidence is. */
function nearbyError(measured: readonly { at: Point; error: number }[], point: Point): number {
  const nearest = measured
    .map(({ at, error }) => ({ far: distance(at, point), error }))
    .sort((a, b) => a.far - b.far)
    .slice(0, NEIGHBOURS);
  return nearest.reduce((sum, { error }) => sum + error, 0) / Math.max(1, nearest.length);
}

/** WGS 84: semi-major axis in metres, and first eccentricity squared. */
const SEMI_MAJOR_M = 6_378_137;
const ECCENTRICITY_SQUARED = 6.694_379_990_14e-3;
/** Beyond it east and north of the two origins point in directions that differ by more than a part in six hundred. */
const NEAR_DEGREES = 0.1;

/**
 * Both frames are east, north, up in metres from their origins; near one another they differ by a shift alone. Radii of curvature
 * of the ellipsoid: Snyder, "Map projections", USGS 1395, eq. 4-18 and 4-20.
 */
function byGeoreference({ georeference: from }: Placement, { georeference: to }: Placement): VersionAlignment | null {
  if (from === null || to === null) return null;
  const [east, north] = [from.originLongitude - to.originLongitude, from.originLatitude - to.originLatitude];
  if (Math.hypot(east, north) > NEAR_DEGREES) return null;
  const latitude = radians((from.originLatitude + to.originLatitude) / 2);
  const w = 1 - ECCENTRICITY_SQUARED * Math.sin(latitude) ** 2;
  const meridian = (SEMI_MAJOR_M * (1 - ECCENTRICITY_SQUARED)) / w ** 1.5;
  const parallel = (SEMI_MAJOR_M / Math.sqrt(w)) * Math.cos(latitude);
  const translation: Point = [radians(east) * parallel, radians(north) * meridian, from.originHeightM - to.originHeightM];
  const residual = Math.hypot(from.residualM, to.residualM);
  return { transform: { ...IDENTITY, translation }, residualAt: () => residual };
}

function byCapture(before: Placement, after: Placement): VersionAlignment | null {
  const isCloud = before.cameras.length === 0 && after.cameras.length === 0;
  return isCloud && before.captureId === after.captureId ? { transform: IDENTITY, residualAt: () => 0 } : null;
}

export function diagonalOf({ min, max }: Placement['bounds']): number {
  return distance(min, max);
}

function spreadOf(cameras: readonly CameraPose[]): number {
  const mean = [0, 1, 2].map((axis) => cameras.reduce((sum, { position }) => sum + (position[axis] ?? 0), 0) / cameras.length);
  const squares = cameras.map(({ position }) => position.reduce((sum, value, axis) => sum + (value - (mean[axis] ?? 0)) ** 2, 0));
  return Math.sqrt(squares.reduce((sum, value) => sum + value, 0) / cameras.length);
}

function medianOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

function distance(a: Point, b: Point): number {
  return Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}

function radians(degrees: number): number {
  return (degrees * Math.PI) / 180;
}
