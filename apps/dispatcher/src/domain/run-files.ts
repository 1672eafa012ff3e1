import type { ListRunFilesQuery, RunFileKind, RunFileView, RunFilesView } from '@stead/contracts/dispatcher';
import type { BundleManifest, StepName, StoredFile } from '@stead/contracts/pipeline';

const TILES = 'tiles/';
const PHOTOS = 'photos/';
/** The drawing from above, and how it lies in the place. */
const PLAN = /^plan\.\w+$/;

/** What a finished step says that it has made. */
export interface StepFiles {
  step: StepName;
  files: readonly Pick<StoredFile, 'path' | 'sha256'>[];
}

type BundleFile = BundleManifest['files'][number];

/**
 * The files of a bundle, its manifest among them, each with the step that made it: the one whose record names the same content
 * under the same path, else the one that put the bundle together.
 */
export function filesOf(
  { files, entry }: Pick<BundleManifest, 'files' | 'entry'>,
  manifest: BundleFile,
  made: readonly StepFiles[],
  publishing: StepName,
): RunFileView[] {
  const makers = new Map(made.flatMap(({ step, files }) => files.map((file) => [contentOf(file), step] as const)));
  return [...files, manifest]
    .map((file) => ({
      ...{ path: file.path, bytes: file.bytes, mediaType: file.mediaType, sha256: file.sha256 },
      kind: file === manifest ? ('manifest' as const) : kindOf(file.path, entry),
      step: makers.get(contentOf(file)) ?? publishing,
    }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

export function wanted(files: readonly RunFileView[], { step, path }: Pick<ListRunFilesQuery, 'step' | 'path'>): RunFileView[] {
  const text = path?.toLowerCase();
  return files.filter(
    (file) => (step === undefined || file.step === step) && (text === undefined || file.path.toLowerCase().includes(text)),
  );
}

/** How many and how large they are, together and by kind. */
export function amountsOf(files: readonly RunFileView[]): Pick<RunFilesView, 'total' | 'kinds'> {
  const kinds = new Map<RunFileKind, { files: number; bytes: number }>();
  for (const { kind, bytes } of files) {
    const known = kinds.get(kind) ?? { files: 0, bytes: 0 };
    kinds.set(kind, { files: known.files + 1, bytes: known.bytes + bytes });
  }
  const total = { files: files.length, bytes: files.reduce((sum, { bytes }) => sum + bytes, 0) };
  return { total, kinds: [...kinds].map(([kind, amount]) => ({ kind, ...amount })).sort((a, b) => b.bytes - a.bytes) };
}

function kindOf(path: string, entry: BundleManifest['entry']): RunFileKind {
  if (path.startsWith(TILES)) return 'tiles';
  if (path.startsWith(PHOTOS)) return 'photos';
  if (path === entry.splat?.path) return 'splats';
  if (path === entry.poster) return 'poster';
  if (path === entry.cameras) return 'cameras';
  if (path === entry.localisation) return 'localisation';
  return path === entry.plan || PLAN.test(path) ? 'plan' : 'other';
}

function contentOf({ path, sha256 }: Pick<StoredFile, 'path' | 'sha256'>): string {
  return `${sha256} ${path}`;
}
