import type { Transform } from 'node:stream';

/**
 * The object store as a step needs it. An implementation repeats what may be repeated, for a bounded time, and then throws a
 * StepError of kind infrastructure: nothing else comes out of it for a store or a disk that fails.
 */
export abstract class Blobs {
  /** The whole object in memory; null where nothing is stored under the key. More than `bytesMax` is an error. */
  abstract read(key: string, bytesMax: number): Promise<Buffer | null>;
  /** Writes the object to a new local file and says what arrived; null where nothing is stored under the key. */
  abstract download(key: string, path: string, options?: DownloadOptions): Promise<Received | null>;
  /** `present` means that the key was taken and nothing was written; it needs `onlyIfAbsent`. */
  abstract upload(key: string, source: UploadSource, options: UploadOptions): Promise<'written' | 'present'>;
  abstract copy(fromKey: string, toKey: string): Promise<void>;
  abstract exists(key: string): Promise<boolean>;
}

export interface DownloadOptions {
  /** What the bytes pass before they are written and counted; made anew for each try. */
  through?: () => Transform;
}

/** Bytes, or a file, with what its bytes pass before they are stored. */
export type UploadSource = Buffer | { path: string; through?: () => Transform };

export interface Received {
  bytes: number;
  sha256: string;
}

export interface UploadOptions {
  mediaType: string;
  /** Hex, of what is stored; the store refuses bytes that do not match. Only what passes something on its way may do without. */
  sha256: string | undefined;
  onlyIfAbsent?: boolean;
}

/** Runs external programs; see `StepContext.tool`. */
export abstract class Tools {
  abstract run(command: string, args: readonly string[], options: ToolRun): Promise<{ exitCode: number; tail: string }>;
}

export interface ToolRun {
  cwd: string;
  timeoutMs: number;
  /** The program and everything it started are stopped when this is aborted. */
  signal: AbortSignal;
  env: Readonly<Record<string, string>>;
  onLine: (line: string) => void;
}
