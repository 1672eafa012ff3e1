/**
 * How many poses would be expected to have as many sightings agree with them if every sighting were wrong, as a power of ten: the
 * number of false alarms of Moisan and Stival ("A probabilistic criterion to detect rigid point matches", IJCV 2004). Of `matches`
 * sightings `inliers` agree; one that is wrong agrees with probability `chance`; three of them are what a pose is made from.
 */
export function falseAlarmsLog10(matches: number, inliers: number, chance: number, posesTried: number): number {
  if (inliers <= 3) return Infinity;
  const poses = Math.log10(matches - 3) + Math.log10(Math.max(1, posesTried));
  return poses + choicesLog10(matches, inliers) + choicesLog10(inliers, 3) + (inliers - 3) * Math.log10(Math.min(1, chance));
}

/** Agreeing sightings at which the first factor of `confidenceOf` is 0.63. */
const INLIERS_SCALE = 30;

/**
 * From 0 to 1: (1 - e^(-inliers / 30)) × (inliers / matches)^(1/4) × 1 / (1 + 20 u), where u is the standard deviation of the
 * standpoint over the median depth of what is seen. So it takes some dozens of sightings that agree, that most matches are among
 * them, and that they say where the camera stands to a few hundredths of the distance.
 */
export function confidenceOf(matches: number, inliers: number, uncertaintyShare: number): number {
  return ((1 - Math.exp(-inliers / INLIERS_SCALE)) * (inliers / matches) ** 0.25) / (1 + 20 * uncertaintyShare);
}

function choicesLog10(n: number, k: number): number {
  let sum = 0;
  for (let i = 1; i <= Math.min(k, n - k); i += 1) sum += Math.log10((n - i + 1) / i);
  return sum;
}
