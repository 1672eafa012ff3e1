import { isHidden } from './chosen-files';

const FILES_MAX = 5_000;

/** Files that were dropped, folders with all that is in them. Must be called while the event is being handled. */
export async function droppedFiles(items: DataTransferItemList): Promise<File[]> {
  const entries = [...items].flatMap((item) => (item.kind === 'file' ? (item.webkitGetAsEntry() ?? []) : []));
  const files: File[] = [];
  for (const entry of entries) await collect(entry, files);
  return files;
}

async function collect(entry: FileSystemEntry, files: File[]): Promise<void> {
  if (files.length >= FILES_MAX || isHidden(entry.name)) return;
  if (isFile(entry)) {
    files.push(await new Promise<File>((done, fail) => entry.file(done, fail)));
    return;
  }
  if (!isFolder(entry)) return;
  const reader = entry.createReader();
  // A folder is read a hundred names at a time, until there are none.
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((done, fail) => reader.readEntries(done, fail));
    if (some.length === 0) return;
    for (const one of some) await collect(one, files);
  }
}

function isFile(entry: FileSystemEntry): entry is FileSystemFileEntry {
  return entry.isFile;
}

function isFolder(entry: FileSystemEntry): entry is FileSystemDirectoryEntry {
  return entry.isDirectory;
}
