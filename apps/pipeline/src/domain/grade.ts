import type { Quality } from '@stead/contracts/pipeline';

/**
 * A: at least 95 % of the photos registered, at most 0.8 px, and the scale known. B: 80 %. C: 50 %. D: less. A point cloud brings
 * its own scale and accuracy: A from a million points, B from a hundred thousand, C from ten thousand.
 */
export function gradeOf({
  images,
  registered,
  reprojectionPx,
  points,
  scaleSource,
}: Pick<Quality, 'images' | 'registered' | 'reprojectionPx' | 'points' | 'scaleSource'>): Quality['grade'] {
  if (images === null || registered === null) return points >= 1e6 ? 'A' : points >= 1e5 ? 'B' : points >= 1e4 ? 'C' : 'D';
  const share = images === 0 ? 0 : registered / images;
  if (share >= 0.95 && (reprojectionPx ?? Infinity) <= 0.8 && scaleSource !== 'none') return 'A';
  return share >= 0.8 ? 'B' : share >= 0.5 ? 'C' : 'D';
}
