import type { FileProblem, FileReport } from './capture';

/** A file that can be used, about which nothing more is known. */
export const EMPTY_REPORT: FileReport = {
  mediaType: 'application/octet-stream',
  problems: [],
  width: null,
  height: null,
  focalPx: null,
  hasGps: false,
  takenAt: null,
  sharpness: null,
  likeness: null,
  points: null,
  seconds: null,
};

export function failed(problem: FileProblem): FileReport {
  return { ...EMPTY_REPORT, problems: [problem] };
}
