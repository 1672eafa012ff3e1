import sharp from 'sharp';
import { grown, type Box, type Detection, type Picture } from '../../apps/pipeline/src/domain/detection';
import type { Detector } from '../../apps/pipeline/src/steps/anonymize/detector';

/** Pictures as the pipeline looks at them. */
const PICTURE_MAX_PX = 1600;
const ROUNDS = 2;
/** A box counts for what it was drawn around when the middle of that lies in it, grown by this much. */
const GROWN = 1.25;
/** And when it is not so much larger that it would be a hit wherever it lay. */
const AREAS_MAX = 8;

/** x, y, width, height in pixels of the picture as it is stored. */
export type LabelledBox = readonly [number, number, number, number];

export interface LabelledPicture {
  set: string;
  faces: readonly LabelledBox[];
  plates: readonly LabelledBox[];
  bytes: Buffer;
}

export interface Score {
  detector: string;
  kind: 'face' | 'plate';
  set: string;
  pictures: number;
  labelled: number;
  found: number;
  falseBoxes: number;
  /** Of processor time, whatever else runs meanwhile: median over pictures and rounds. */
  cpuMsPerPicture: number;
}

/** One detector over one set; pictures of a set are the same size, more or less. */
export async function scoreOf(detector: Detector, kind: Score['kind'], pictures: readonly LabelledPicture[]): Promise<Score> {
  const times: number[] = [];
  let [labelled, found, falseBoxes] = [0, 0, 0];
  for (const one of pictures) {
    const { picture, scale } = await read(one.bytes);
    const boxes = (kind === 'face' ? one.faces : one.plates).map(([x, y, width, height]) =>
      scaled({ x, y, width, height }, scale),
    );
    let seen: Detection[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const before = process.cpuUsage();
      seen = await detector.detect(picture);
      const { user, system } = process.cpuUsage(before);
      times.push((user + system) / 1000);
    }
    const hits = matched(boxes, seen, picture);
    labelled += boxes.length;
    found += hits;
    falseBoxes += seen.length - hits;
  }
  const cpuMsPerPicture = Math.round(median(times));
  return {
    detector: detector.name,
    kind,
    set: pictures[0]?.set ?? '',
    pictures: pictures.length,
    labelled,
    found,
    falseBoxes,
    cpuMsPerPicture,
  };
}

/** How many of the boxes have a detection of their own. */
function matched(boxes: readonly Box[], detections: readonly Detection[], picture: Picture): number {
  const free = new Set(detections);
  for (const box of boxes) {
    const hit = [...free].find((one) => covers(one.box, box, picture));
    if (hit !== undefined) free.delete(hit);
  }
  return detections.length - free.size;
}

function covers(found: Box, box: Box, picture: Picture): boolean {
  const { x, y, width, height } = grown(found, GROWN, picture);
  const [middleX, middleY] = [box.x + box.width / 2, box.y + box.height / 2];
  const around = middleX >= x && middleX <= x + width && middleY >= y && middleY <= y + height;
  return around && found.width * found.height <= AREAS_MAX * box.width * box.height;
}

async function read(bytes: Buffer): Promise<{ picture: Picture; scale: number }> {
  const { width: stored = 0 } = await sharp(bytes).metadata();
  const fit = { width: PICTURE_MAX_PX, height: PICTURE_MAX_PX, fit: 'inside', withoutEnlargement: true } as const;
  const { data, info } = await sharp(bytes)
    .removeAlpha()
    .toColourspace('srgb')
    .resize(fit)
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { picture: { width: info.width, height: info.height, rgb: data }, scale: info.width / stored };
}

function scaled({ x, y, width, height }: Box, by: number): Box {
  return { x: x * by, y: y * by, width: width * by, height: height * by };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}
