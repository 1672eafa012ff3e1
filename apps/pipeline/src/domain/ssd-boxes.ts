import type { Box } from './detection';

/** How far the corners and sizes that the network says are scaled, as in the SSD of TensorFlow's object detection models. */
const CENTRE_SCALE = 10;
const SIZE_SCALE = 5;
/** Background, face, and one that the network never learnt. */
const CLASSES = 3;

/**
 * Faces from the raw outputs of a single-shot detector (Liu et al., "SSD: single shot multibox detector", ECCV 2016): four
 * numbers per anchor (y, x, height, width relative to it) and the logits of its classes. Anchors are y0, x0, y1, x1 with 1
 * for the side of the network's square input, which `sidePx` gives in pixels.
 */
export function decodeSsd(
  encodings: Float32Array,
  logits: Float32Array,
  anchors: Float32Array,
  sidePx: number,
  scoreMin: number,
): { box: Box; score: number }[] {
  const found: { box: Box; score: number }[] = [];
  for (let anchor = 0; 4 * anchor < anchors.length; anchor += 1) {
    const score = 1 / (1 + Math.exp(-(logits[CLASSES * anchor + 1] ?? -Infinity)));
    if (score < scoreMin) continue;
    const [y0 = 0, x0 = 0, y1 = 0, x1 = 0] = anchors.subarray(4 * anchor, 4 * anchor + 4);
    const [dy = 0, dx = 0, logHeight = 0, logWidth = 0] = encodings.subarray(4 * anchor, 4 * anchor + 4);
    const height = Math.exp(logHeight / SIZE_SCALE) * (y1 - y0);
    const width = Math.exp(logWidth / SIZE_SCALE) * (x1 - x0);
    const y = (dy / CENTRE_SCALE) * (y1 - y0) + (y0 + y1) / 2 - height / 2;
    const x = (dx / CENTRE_SCALE) * (x1 - x0) + (x0 + x1) / 2 - width / 2;
    found.push({ score, box: { x: x * sidePx, y: y * sidePx, width: width * sidePx, height: height * sidePx } });
  }
  return found;
}
