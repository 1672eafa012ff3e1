import type { Box } from './detection';

/** One feature map of YuNet: class and object scores (0 to 1) and four box numbers for every cell, row by row. */
export interface YunetLevel {
  /** Pixels between cells: 8, 16 and 32. */
  stride: number;
  cls: Float32Array;
  obj: Float32Array;
  bbox: Float32Array;
}

/**
 * Faces from YuNet's raw outputs (Wu et al., "YuNet: a tiny millisecond-level face detector", Machine Intelligence Research
 * 2023). A cell holds the offset of the centre and the logarithms of the sides, in strides; the score is the geometric mean
 * of the two scores. The anchor-free decoding is that of OpenCV's FaceDetectorYN.
 */
export function decodeYunet(levels: readonly YunetLevel[], width: number, scoreMin: number): { box: Box; score: number }[] {
  return levels.flatMap(({ stride, cls, obj, bbox }) => {
    const columns = Math.floor(width / stride);
    const found: { box: Box; score: number }[] = [];
    for (let cell = 0; cell < cls.length; cell += 1) {
      const score = Math.sqrt(unit(cls[cell]) * unit(obj[cell]));
      if (score < scoreMin) continue;
      const [dx = 0, dy = 0, logWidth = 0, logHeight = 0] = bbox.subarray(4 * cell, 4 * cell + 4);
      const centreX = ((cell % columns) + dx) * stride;
      const centreY = (Math.floor(cell / columns) + dy) * stride;
      const boxWidth = Math.exp(logWidth) * stride;
      const boxHeight = Math.exp(logHeight) * stride;
      found.push({ score, box: { x: centreX - boxWidth / 2, y: centreY - boxHeight / 2, width: boxWidth, height: boxHeight } });
    }
    return found;
  });
}

function unit(value: number | undefined): number {
  return Math.min(1, Math.max(0, value ?? 0));
}
