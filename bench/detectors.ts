/**
 * How well faces and plates are found by the detectors that ship, on the labelled pictures of `bench/detectors/labels.json`:
 * `npm run bench:detectors -- [FOLDER] [--json] [--write]`. Pictures of the project and of its packages are where they are; those
 * that are nobody's to hand on are looked for in FOLDER, by name, and are only taken where their SHA-256 is that of the labels.
 * `--write` puts the table into docs/privacy-detectors.md. With STEAD_FACE_MODEL and STEAD_FACE_MODEL_SHA256 set, that model is
 * measured beside the others.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { SsdFaceDetector } from '../apps/pipeline/src/adapters/detectors/ssd-face-detector';
import { TextPlateDetector } from '../apps/pipeline/src/adapters/detectors/text-plate-detector';
import { YunetFaceDetector } from '../apps/pipeline/src/adapters/detectors/yunet-face-detector';
import { loadConfig } from '../apps/pipeline/src/config';
import type { Detector } from '../apps/pipeline/src/steps/anonymize/detector';
import { scoreOf, type LabelledPicture, type Score } from './detectors/measure';
import { ROOT } from './platform-process';

const DOCUMENT = join(ROOT, 'docs/privacy-detectors.md');
const [BEGIN, END] = ['<!-- figures -->', '<!-- /figures -->'];
const FRAME_BYTES_MAX = 64 * 1024 * 1024;

const box = z.tuple([z.number(), z.number(), z.number(), z.number()]);
const labelsSchema = z.object({
  pictures: z.array(
    z.object({
      set: z.string(),
      file: z.string(),
      sha256: z.string().regex(/^[0-9a-f]{64}$/),
      /** Of a video, counted from 0. */
      frame: z.number().int().optional(),
      faces: z.array(box),
      plates: z.array(box),
    }),
  ),
});
type Label = z.infer<typeof labelsSchema>['pictures'][number];

async function main(): Promise<void> {
  const folder = process.argv.slice(2).find((word) => !word.startsWith('--')) ?? null;
  const labels = labelsSchema.parse(JSON.parse(readFileSync(join(ROOT, 'bench/detectors/labels.json'), 'utf8'))).pictures;
  const pictures = labels.flatMap((label) => pictureOf(label, folder) ?? []);
  for (const name of new Set(labels.filter(({ set }) => !pictures.some((one) => one.set === set)).map(({ set }) => set))) {
    console.error(`${name}: its pictures are not here`);
  }
  const { faceModel } = loadConfig(process.env);
  const detectors: [Score['kind'], Detector][] = [
    ['face', await SsdFaceDetector.load()],
    ...(faceModel === null ? [] : ([['face', await YunetFaceDetector.load(faceModel)]] as [Score['kind'], Detector][])),
    ['plate', await TextPlateDetector.load()],
  ];
  const scores: Score[] = [];
  for (const [kind, detector] of detectors) {
    for (const set of new Set(pictures.map((one) => one.set))) {
      scores.push(await scoreOf(detector, kind, pictures.filter((one) => one.set === set))); // prettier-ignore
    }
    await detector.close();
  }
  if (process.argv.includes('--write')) write(tableOf(scores));
  console.log(process.argv.includes('--json') ? JSON.stringify(scores) : tableOf(scores));
}

/** Null where it is not there, or is another file of that name. */
function pictureOf({ set, file, sha256, frame, faces, plates }: Label, folder: string | null): LabelledPicture | null {
  const path = [join(ROOT, file), ...(folder === null ? [] : [join(folder, file)])].find((one) => existsSync(one));
  if (path === undefined) return null;
  const stored = readFileSync(path);
  if (createHash('sha256').update(stored).digest('hex') !== sha256) throw new Error(`${path} is not the file that was labelled`);
  return { set, faces, plates, bytes: frame === undefined ? stored : frameOf(path, frame) };
}

function frameOf(path: string, frame: number): Buffer {
  const args = [
    '-v',
    'error',
    '-i',
    path,
    '-vf',
    `select=eq(n\\,${frame})`,
    '-frames:v',
    '1',
    '-f',
    'image2pipe',
    '-c:v',
    'png',
    '-',
  ];
  return execFileSync('ffmpeg', args, { maxBuffer: FRAME_BYTES_MAX, stdio: ['ignore', 'pipe', 'inherit'] });
}

function tableOf(scores: readonly Score[]): string {
  const rows = scores.map(({ detector, kind, set, pictures, labelled, found, falseBoxes, cpuMsPerPicture }) =>
    [detector, `${kind}s`, set, pictures, labelled === 0 ? '–' : `${found} of ${labelled}`, falseBoxes, cpuMsPerPicture].join(
      ' | ',
    ),
  );
  const head = ['detector', 'looks for', 'pictures of', 'how many', 'found', 'false boxes', 'CPU ms a picture'];
  return [`| ${head.join(' | ')} |`, `|${'---|'.repeat(head.length)}`, ...rows.map((row) => `| ${row} |`)].join('\n');
}

function write(table: string): void {
  const text = readFileSync(DOCUMENT, 'utf8');
  const [before, rest] = text.split(BEGIN);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined) throw new Error(`${DOCUMENT} has no ${BEGIN} … ${END}`);
  writeFileSync(DOCUMENT, `${before}${BEGIN}\n${table}\n${END}${after}`);
}

void main().then(() => process.exit(0));
