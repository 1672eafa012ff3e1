import type { Cover, StoredFile } from '@stead/contracts/pipeline';
import type { Redaction } from '../../application/read-redaction';
import { StepError, type StepContext } from '../../application/step';
import { lensOf } from '../../dense/lens';
import { regionOf, type Region } from '../../domain/covered-region';
import { DepthWindow, cellsOf } from '../../domain/depth-window';
import type { Box } from '../../domain/detection';
import type { Model, RegisteredImage } from '../../domain/colmap-model';
import type { Transform } from '../../domain/transform';
import { maySee, type Ball } from '../../domain/view-cone';
import type { Space } from '../../domain/volumes';
import { PosedCamera } from '../../spatial/posed-camera';
import { readTransform } from '../map-frame';
import { readSparseModel } from '../sparse-model';

/** Cells along the longer side of a picture: the points of a dense map lie closer than this. */
const CELLS_PER_SIDE = 240;
/** Of all windows together, four bytes each; more pictures get coarser ones. */
const CELLS_MAX = 40_000_000;
/** Points took their colours from pictures of `densePx`: beyond this many of such pixels nothing of a region can be in them. */
const BORDER_DENSE_PX = 1.5;
const BORDER_MIN_PX = 3;

/** A picture that is made anew, with where it was taken. */
export interface ListedPicture {
  image: string;
  original: StoredFile;
  covers: readonly Cover[];
  /** Null for one that found no place in the map: nothing of the map was made from it. */
  shown: Shown | null;
}

/** What of the map shows in a picture. */
export interface Shown {
  camera: PosedCamera;
  /** Pixels where it shows something else than before. */
  changed: readonly Region[];
  borderPx: number;
  /** Around all of `changed` with its border; empty where that is. */
  changedBox: Box;
  spaces: readonly { space: Space; box: Box }[];
  window: DepthWindow;
  cone: { axis: [number, number, number]; angle: number };
}

export async function listedPictures(
  context: StepContext,
  {
    plan: { pictures },
    base: {
      options: { densePx },
    },
  }: Redaction,
  spaces: readonly Space[],
): Promise<ListedPicture[]> {
  if (pictures.length === 0) return [];
  const source = context.record('frames') ?? context.need('ingest');
  const files = new Map(source.files.map((file) => [file.path, file]));
  const model = await readSparseModel(context);
  const registered = new Map([...model.images.values()].map((image) => [image.name, image]));
  const transform = await readTransform(context);
  if (transform === null) throw new StepError('data', 'input-missing', 'Step georeference left no transform.json');
  const looked = pictures.map(({ image, covers, changed }) => {
    const original = files.get(`images/${image}`);
    if (original === undefined) throw new StepError('data', 'redaction-picture-unknown', `The capture has no picture ${image}`);
    const pose = registered.get(image);
    const camera = pose === undefined ? null : cameraOf(model, pose, transform);
    return { image, original, covers, sight: camera === null ? null : sightOf(camera, changed, spaces, densePx) };
  });
  const side = looked.reduce((sum, { sight }) => sum + (sight === null ? 0 : cellsOf(sight.box, sight.cellPx)), 0);
  const coarser = Math.max(1, Math.sqrt(side / CELLS_MAX));
  return looked.map(({ sight, ...picture }): ListedPicture => {
    if (sight === null) return { ...picture, shown: null };
    const { box, cellPx, ...rest } = sight;
    const window = new DepthWindow(box, cellPx * coarser);
    return { ...picture, shown: { ...rest, window, cone: sight.camera.coneOf(box) } };
  });
}

/** Whether a ball of the map may show in the part of the picture that matters. */
export function mayShow({ camera, cone }: Shown, ball: Ball): boolean {
  return maySee({ apex: camera.centre, ...cone }, ball);
}

function cameraOf(model: Model, pose: RegisteredImage, transform: Transform): PosedCamera {
  const camera = model.cameras.get(pose.cameraId);
  const lens = camera === undefined ? null : lensOf(camera);
  if (camera === undefined || lens === null) {
    throw new StepError(
      'data',
      'lens-unknown',
      `Where points show in ${pose.name} is not known: its lens is ${camera?.model ?? 'missing'}`,
    );
  }
  return new PosedCamera({ width: camera.width, height: camera.height }, lens, pose, transform);
}

function sightOf(camera: PosedCamera, changed: readonly Cover[], spaces: readonly Space[], densePx: number) {
  const { size } = camera;
  const longer = Math.max(size.width, size.height);
  const borderPx = Math.max(BORDER_MIN_PX, (BORDER_DENSE_PX * longer) / densePx);
  const cellPx = Math.max(1, longer / CELLS_PER_SIDE);
  const regions = changed.map((cover) => regionOf(cover, size)).filter(({ box }) => box.width > 0 && box.height > 0);
  const changedBox = around(
    regions.map(({ box }) => wider(box, borderPx)),
    size,
  );
  const seen = spaces
    .map((space) => ({ space, box: camera.boxOf(space.corners) }))
    .filter(({ box }) => box.width > 0 && box.height > 0);
  // The cells beside the outermost ones are asked as well.
  const box = around(
    [...regions.map((region) => wider(region.box, borderPx + 2 * cellPx)), ...seen.map((one) => wider(one.box, 2 * cellPx))],
    size,
  );
  return { camera, changed: regions, borderPx, changedBox, spaces: seen, box, cellPx };
}

function wider({ x, y, width, height }: Box, px: number): Box {
  return { x: x - px, y: y - px, width: width + 2 * px, height: height + 2 * px };
}

/** Whole pixels of the picture. */
function around(boxes: readonly Box[], { width, height }: { width: number; height: number }): Box {
  if (boxes.length === 0) return { x: 0, y: 0, width: 0, height: 0 };
  const x0 = Math.max(0, Math.floor(Math.min(...boxes.map((box) => box.x))));
  const y0 = Math.max(0, Math.floor(Math.min(...boxes.map((box) => box.y))));
  const x1 = Math.min(width, Math.ceil(Math.max(...boxes.map((box) => box.x + box.width))));
  const y1 = Math.min(height, Math.ceil(Math.max(...boxes.map((box) => box.y + box.height))));
  return { x: x0, y: y0, width: Math.max(0, x1 - x0), height: Math.max(0, y1 - y0) };
}
