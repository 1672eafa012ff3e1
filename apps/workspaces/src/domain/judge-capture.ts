import type { CaptureKind } from '@stead/contracts/pipeline';
import type { CaptureProblem } from '@stead/contracts/workspaces';
import type { CaptureFile, FileReport } from './capture';

const PHOTOS_MIN = 3;
/** Two photos whose hashes differ in at most this many of 64 bits show the same picture. */
const LIKENESS_BITS_MAX = 1;
const SHARPNESS_MIN = 8;

export interface Verdict {
  accepted: boolean;
  problems: CaptureProblem[];
  /** Files that the map is built from, in their order. */
  usable: string[];
}

interface Judged {
  file: CaptureFile;
  report: FileReport;
}

/** Whether a capture can become a map, from what the probe found: before any computing is paid for. */
export function judgeCapture(kind: CaptureKind, judged: readonly Judged[], allowPartial: boolean): Verdict {
  const problems: CaptureProblem[] = judged.flatMap(({ file, report }) =>
    report.problems.map((problem) => ({ file: file.name, fileId: file.id, ...problem })),
  );
  let usable = judged.filter(({ report }) => report.problems.every((problem) => problem.severity !== 'error'));
  if (kind === 'photos') {
    const distinct = withoutDuplicates(usable, problems);
    for (const { file, report } of distinct)
      if (report.sharpness !== null && report.sharpness < SHARPNESS_MIN) problems.push(blurred(file));
    usable = distinct;
    if (usable.length < PHOTOS_MIN) problems.push(tooFew(usable.length));
  } else if (usable.length === 0) problems.push(nothingUsable(kind));
  const bad = judged.some(({ report }) => report.problems.some((problem) => problem.severity === 'error'));
  const whole = problems.some((problem) => problem.file === null && problem.severity === 'error');
  return { accepted: !whole && (!bad || allowPartial), problems, usable: usable.map(({ file }) => file.id) };
}

function withoutDuplicates(photos: readonly Judged[], problems: CaptureProblem[]): Judged[] {
  const kept: Judged[] = [];
  for (const photo of photos) {
    const twin = kept.find(
      (other) => other.file.sha256 === photo.file.sha256 || alike(other.report.likeness, photo.report.likeness),
    );
    if (twin === undefined) kept.push(photo);
    else {
      const { name, id } = photo.file;
      problems.push({
        file: name,
        fileId: id,
        code: 'duplicate',
        detail: `Shows the same as ${twin.file.name}; it is left out.`,
        fix: 'Nothing has to be done.',
        severity: 'warning',
      });
    }
  }
  return kept;
}

function alike(a: string | null, b: string | null): boolean {
  if (a === null || b === null) return false;
  let bits = 0;
  for (let different = BigInt(`0x${a}`) ^ BigInt(`0x${b}`); different > 0n; different &= different - 1n) bits += 1;
  return bits <= LIKENESS_BITS_MAX;
}

function blurred({ name, id }: CaptureFile): CaptureProblem {
  return {
    file: name,
    fileId: id,
    code: 'blurred',
    detail: 'The photo is blurred; it may not find its place in the map.',
    fix: 'Hold the camera still, or take it in more light.',
    severity: 'warning',
  };
}

function tooFew(count: number): CaptureProblem {
  return {
    file: null,
    fileId: null,
    code: 'too-few-photos',
    detail: `${count === 0 ? 'No photo' : `Only ${count} different photo${count === 1 ? '' : 's'}`} can be used; a map needs at least ${PHOTOS_MIN}.`,
    fix: 'Take 20 to 60 photos, each showing at least half of what the one before shows, from different places.',
    severity: 'error',
  };
}

function nothingUsable(kind: CaptureKind): CaptureProblem {
  return {
    file: null,
    fileId: null,
    code: 'nothing-usable',
    detail: `No ${kind === 'video' ? 'video' : 'point cloud'} can be used.`,
    fix: 'See what is said of each file, replace it and commit again.',
    severity: 'error',
  };
}
