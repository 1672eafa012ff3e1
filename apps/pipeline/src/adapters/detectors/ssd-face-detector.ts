import { tilesOf, withoutDoubles } from '../../domain/detection';
import type { Box, Detection, Picture } from '../../domain/detection';
import { decodeSsd } from '../../domain/ssd-boxes';
import { Detector } from '../../steps/anonymize/detector';
import { OnnxSession } from './onnx-session';
import { planes, scaledPart, wholeOf } from './picture-input';
import { loadSsdFaceNetwork, SSD_SIDE_PX } from './ssd-face-network';

const SCORE_MIN = 0.3;
/** Tiles see texture up close and mistake more of it for faces. */
const TILE_SCORE_MIN = 0.45;
const OVERLAP_MAX = 0.4;
/** Larger pictures are also looked at in parts, since the network sees 512 pixels and a far face would be a handful of them. */
const TILE_PX = 800;
const TILE_OVERLAP_PX = 200;

/** The detector that ships: faces by SSD over MobileNet v1, on the processor. */
export class SsdFaceDetector extends Detector {
  readonly name = 'ssd-mobilenet-v1';

  private constructor(
    private readonly session: OnnxSession,
    private readonly anchors: Float32Array,
  ) {
    super();
  }

  static async load(): Promise<SsdFaceDetector> {
    const { model, anchors } = await loadSsdFaceNetwork();
    return new SsdFaceDetector(await OnnxSession.of(model), anchors);
  }

  async detect(picture: Picture): Promise<Detection[]> {
    const found = await this.detectIn(picture, wholeOf(picture), SCORE_MIN);
    for (const tile of tilesOf(picture.width, picture.height, TILE_PX, TILE_OVERLAP_PX)) {
      found.push(...(await this.detectIn(picture, tile, TILE_SCORE_MIN)));
    }
    return withoutDoubles(found, OVERLAP_MAX);
  }

  close(): Promise<void> {
    return this.session.release();
  }

  private async detectIn(picture: Picture, part: Box, scoreMin: number): Promise<Detection[]> {
    const seen = await scaledPart(picture, part, SSD_SIDE_PX, true);
    const size = { width: SSD_SIDE_PX, height: SSD_SIDE_PX };
    const input = planes(seen, size, { order: 'rgb', fill: -1, value: (byte) => byte / 127.5 - 1 });
    const output = await this.session.run(input, [1, 3, SSD_SIDE_PX, SSD_SIDE_PX]);
    return decodeSsd(output('encodings'), output('logits'), this.anchors, SSD_SIDE_PX, scoreMin).map(({ box, score }) => ({
      kind: 'face',
      score,
      corners: null,
      box: {
        x: part.x + box.x / seen.scale,
        y: part.y + box.y / seen.scale,
        width: box.width / seen.scale,
        height: box.height / seen.scale,
      },
    }));
  }
}
