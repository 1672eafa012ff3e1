import { useCallback, useEffect, useRef, useState } from 'react';
import { cleanName, kindOf, type ChosenFile } from './chosen-files';
import { FileGone, Reader } from './reader';

const READ_AT_ONCE = 2;

export interface Chosen {
  files: readonly ChosenFile[];
  /** Of the folder that they were in, where they came with one. */
  folder: string | null;
  /** Bytes that have been read, of how many; null where there is nothing to read. */
  reading: { read: number; bytes: number; done: number; count: number } | null;
  /** A file that could not be read any more. */
  gone: string | null;
  error: unknown;
  add(files: readonly File[]): void;
  clear(): void;
}

const NOTHING = {
  files: [] as readonly ChosenFile[],
  folder: null as string | null,
  gone: null as string | null,
  error: null as unknown,
};

/** Files that were chosen, each read once, beside the page. */
export function useChosenFiles(): Chosen {
  const [known, setKnown] = useState(NOTHING);
  const [reading, setReading] = useState<Chosen['reading']>(null);
  const reader = useRef<Reader | null>(null);
  const queue = useRef<ChosenFile[]>([]);
  const busy = useRef(0);
  const counts = useRef({ read: 0, bytes: 0, done: 0, count: 0 });

  useEffect(
    () => () => {
      reader.current?.close();
      reader.current = null;
    },
    [],
  );

  const show = useCallback(() => setReading(busy.current === 0 ? null : { ...counts.current }), []);

  const work = useCallback(async (): Promise<void> => {
    busy.current += 1;
    for (let next = queue.current.shift(); next !== undefined; next = queue.current.shift()) {
      const one = next;
      const { file, kind } = one;
      reader.current ??= new Reader();
      try {
        const told = await reader.current.read(file, kind ?? 'photos', (bytes) => {
          counts.current.read += bytes;
        });
        setKnown((now) => ({ ...now, files: now.files.map((old) => (old.file === file ? { ...old, reading: told } : old)) }));
      } catch (error) {
        const change = error instanceof FileGone ? { gone: one.name } : { error };
        setKnown((now) => ({ ...now, ...change, files: now.files.filter((old) => old.file !== file) }));
      }
      counts.current.done += 1;
      show();
    }
    busy.current -= 1;
    if (busy.current === 0) counts.current = { read: 0, bytes: 0, done: 0, count: 0 };
    show();
  }, [show]);

  const add = useCallback(
    (files: readonly File[]): void => {
      const fresh = files.map((file): ChosenFile => {
        const name = cleanName(file.name);
        return { file, name, kind: kindOf(name), reading: null };
      });
      const folder = files[0]?.webkitRelativePath.split('/').at(-2) ?? null;
      setKnown((now) => ({ ...NOTHING, files: [...now.files, ...fresh], folder: now.folder ?? folder }));
      const toRead = fresh.filter(({ kind, file }) => kind !== null && file.size > 0);
      queue.current.push(...toRead);
      counts.current.count += toRead.length;
      counts.current.bytes += toRead.reduce((sum, { file }) => sum + file.size, 0);
      for (let lane = busy.current; lane < READ_AT_ONCE; lane += 1) void work();
      show();
    },
    [show, work],
  );

  const clear = useCallback((): void => {
    queue.current = [];
    setKnown(NOTHING);
  }, []);

  return { ...known, reading, add, clear };
}
