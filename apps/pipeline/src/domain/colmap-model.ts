import { rotationOf, type Quaternion, type Vec3 } from '@stead/platform/similarity';
import { Malformed } from '@stead/platform/malformed';

/**
 * A sparse model as COLMAP writes it in text form: cameras, registered images with their observations, and the points
 * that they see. The format is documented at https://colmap.github.io/format.html#text-format.
 */
export interface Model {
  cameras: Map<number, Camera>;
  images: Map<number, RegisteredImage>;
  points: Map<number, ScenePoint>;
}

export interface Camera {
  id: number;
  /** COLMAP's name: `PINHOLE`, `SIMPLE_RADIAL`, `OPENCV` … which also says what `params` are. */
  model: string;
  width: number;
  height: number;
  params: number[];
}

export interface RegisteredImage {
  id: number;
  name: string;
  cameraId: number;
  /** World to camera: x_camera = R(qvec) x_world + tvec. Cameras look along +z with y down. */
  qvec: Quaternion;
  tvec: Vec3;
  points2D: Observation[];
}

/** A feature in pixels; COLMAP's origin is the upper left corner of the image, so the centre of the first pixel is 0.5, 0.5. */
export interface Observation {
  x: number;
  y: number;
  point3DId: number | null;
}

export interface ScenePoint {
  id: number;
  xyz: Vec3;
  rgb: Vec3;
  /** Mean reprojection error of its observations, in pixels. */
  error: number;
  track: { imageId: number; index: number }[];
}

/** The three files of one model, whole. */
export interface ModelText {
  cameras: string;
  images: string;
  points3D: string;
}

export function parseModel(text: ModelText): Model {
  const model = {
    cameras: parseCameras(text.cameras),
    images: parseImages(text.images),
    points: parsePoints(text.points3D),
  };
  for (const image of model.images.values()) {
    if (!model.cameras.has(image.cameraId)) {
      throw new Malformed('malformed-colmap-model', `image ${image.name} names camera ${image.cameraId}, which does not exist`);
    }
  }
  return model;
}

/** Where the camera stood, in world coordinates: -R^T t. */
export function cameraCentre(image: Pick<RegisteredImage, 'qvec' | 'tvec'>): Vec3 {
  const r = rotationOf(image.qvec);
  const [x, y, z] = image.tvec;
  return [-(r[0] * x + r[3] * y + r[6] * z), -(r[1] * x + r[4] * y + r[7] * z), -(r[2] * x + r[5] * y + r[8] * z)];
}

/** Mean over observations (not over points), the figure that COLMAP prints as "Mean reprojection error". Null without points. */
export function meanReprojectionPx(model: Model): number | null {
  let sum = 0;
  let observations = 0;
  for (const point of model.points.values()) {
    sum += point.error * point.track.length;
    observations += point.track.length;
  }
  return observations === 0 ? null : sum / observations;
}

/** Observations per point, on average. Null without points. */
export function meanTrackLength(model: Model): number | null {
  let observations = 0;
  for (const point of model.points.values()) observations += point.track.length;
  return model.points.size === 0 ? null : observations / model.points.size;
}

/** In order of file name, which is capture order. */
export function imagesInOrder(model: Model): RegisteredImage[] {
  return [...model.images.values()].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

function parseCameras(text: string): Map<number, Camera> {
  const cameras = new Map<number, Camera>();
  for (const { line, number } of contentLines(text, false)) {
    const words = line.trim().split(/\s+/);
    const model = words[1] ?? '';
    if (words.length < 5) throw malformedLine('cameras.txt', number);
    const [id, width, height, ...params] = numbers([words[0] ?? '', ...words.slice(2)], 'cameras.txt', number);
    if (id === undefined || width === undefined || height === undefined) throw malformedLine('cameras.txt', number);
    cameras.set(id, { id, model, width, height, params });
  }
  return cameras;
}

/** Two lines per image: the pose, then the observations; the second line is empty for an image without any. */
function parseImages(text: string): Map<number, RegisteredImage> {
  const images = new Map<number, RegisteredImage>();
  let pose: Omit<RegisteredImage, 'points2D'> | null = null;
  for (const { line, number } of contentLines(text, true)) {
    if (pose === null) {
      if (line.trim() === '') continue;
      pose = parsePose(line, number);
    } else {
      images.set(pose.id, { ...pose, points2D: parseObservations(line, number) });
      pose = null;
    }
  }
  if (pose !== null) images.set(pose.id, { ...pose, points2D: [] });
  return images;
}

function parsePose(line: string, number: number): Omit<RegisteredImage, 'points2D'> {
  const words = line.trim().split(' ');
  // A file name may hold spaces; everything after the ninth word is name.
  const name = words.slice(9).join(' ');
  const [id, qw, qx, qy, qz, tx, ty, tz, cameraId] = numbers(words.slice(0, 9), 'images.txt', number);
  if (
    id === undefined ||
    qw === undefined ||
    qx === undefined ||
    qy === undefined ||
    qz === undefined ||
    tx === undefined ||
    ty === undefined ||
    tz === undefined ||
    cameraId === undefined ||
    name === ''
  ) {
    throw malformedLine('images.txt', number);
  }
  if (qw === 0 && qx === 0 && qy === 0 && qz === 0) throw malformedLine('images.txt', number);
  return { id, name, cameraId, qvec: [qw, qx, qy, qz], tvec: [tx, ty, tz] };
}

function parseObservations(line: string, number: number): Observation[] {
  const trimmed = line.trim();
  if (trimmed === '') return [];
  const values = numbers(trimmed.split(/\s+/), 'images.txt', number);
  if (values.length % 3 !== 0) throw malformedLine('images.txt', number);
  const observations: Observation[] = [];
  for (let i = 0; i < values.length; i += 3) {
    const id = values[i + 2] ?? -1;
    observations.push({ x: values[i] ?? 0, y: values[i + 1] ?? 0, point3DId: id < 0 ? null : id });
  }
  return observations;
}

function parsePoints(text: string): Map<number, ScenePoint> {
  const points = new Map<number, ScenePoint>();
  for (const { line, number } of contentLines(text, false)) {
    const values = numbers(line.trim().split(/\s+/), 'points3D.txt', number);
    const [id, x, y, z, red, green, blue, error] = values;
    if (
      id === undefined ||
      x === undefined ||
      y === undefined ||
      z === undefined ||
      red === undefined ||
      green === undefined ||
      blue === undefined ||
      error === undefined ||
      values.length % 2 !== 0
    ) {
      throw malformedLine('points3D.txt', number);
    }
    const track: ScenePoint['track'] = [];
    for (let i = 8; i < values.length; i += 2) track.push({ imageId: values[i] ?? 0, index: values[i + 1] ?? 0 });
    points.set(id, { id, xyz: [x, y, z], rgb: [red, green, blue], error, track });
  }
  return points;
}

/** Lines that are not comments, with their numbers; one at a time, since the files of a large model hold hundreds of megabytes. */
function* contentLines(text: string, keepEmpty: boolean): Generator<{ line: string; number: number }> {
  let start = 0;
  let number = 0;
  while (start < text.length) {
    const end = text.indexOf('\n', start);
    const line = text.slice(start, end === -1 ? text.length : end);
    start = end === -1 ? text.length : end + 1;
    number += 1;
    if (line.startsWith('#') || (!keepEmpty && line.trim() === '')) continue;
    yield { line, number };
  }
}

function numbers(words: string[], file: string, line: number): number[] {
  return words.map((word) => {
    const value = Number(word);
    if (word === '' || !Number.isFinite(value)) throw malformedLine(file, line);
    return value;
  });
}

function malformedLine(file: string, line: number): Malformed {
  return new Malformed('malformed-colmap-model', `line ${line} of ${file} is not what COLMAP's text format says`);
}
