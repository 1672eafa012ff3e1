import type { CaptureKind } from '@stead/contracts/pipeline';
import type { FileReading } from './chosen-files';

export interface Asked {
  id: number;
  file: File;
  kind: CaptureKind;
}
/** Some bytes were read, all of them were, or the file cannot be read any more. */
export type Told = { id: number } & ({ bytes: number } | { reading: FileReading } | { gone: true });

/** The file was moved, changed or taken away since it was chosen. */
export class FileGone extends Error {}

interface Waiting {
  onBytes: (bytes: number) => void;
  done: (reading: FileReading) => void;
  fail: (error: Error) => void;
}

/** Reads files beside the page, so that the page stays as quick as it is. */
export class Reader {
  private readonly worker = new Worker(new URL('./reading.worker.ts', import.meta.url), { type: 'module' });
  private readonly waiting = new Map<number, Waiting>();
  private asked = 0;

  constructor() {
    this.worker.onmessage = ({ data }: MessageEvent<Told>) => this.hear(data);
    this.worker.onerror = ({ message }) => {
      for (const { fail } of this.waiting.values()) fail(new Error(message));
      this.waiting.clear();
    };
  }

  read(file: File, kind: CaptureKind, onBytes: (bytes: number) => void): Promise<FileReading> {
    const id = this.asked++;
    return new Promise((done, fail) => {
      this.waiting.set(id, { onBytes, done, fail });
      this.worker.postMessage({ id, file, kind } satisfies Asked);
    });
  }

  close(): void {
    this.worker.terminate();
  }

  private hear(told: Told): void {
    const waiting = this.waiting.get(told.id);
    if (waiting === undefined) return;
    if ('bytes' in told) return waiting.onBytes(told.bytes);
    this.waiting.delete(told.id);
    if ('reading' in told) waiting.done(told.reading);
    else waiting.fail(new FileGone());
  }
}
