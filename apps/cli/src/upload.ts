import { open } from 'node:fs/promises';
import { mapBounded } from '@stead/platform/concurrency';
import type { UploadPlan } from '@stead/contracts/workspaces';
import type { SteadClient } from '@stead/web/api-client';
import type { LocalFile } from './capture-files';

/** One part of each is on its way at a time. */
const FILES_AT_ONCE = 4;
const PART_TRIES_MAX = 6;
const FILES_PER_CALL = 500;

type Upload = NonNullable<UploadPlan['files'][number]['upload']>;

/**
 * Sends files to a capture, each in parts, straight to the object store. What the server already has is skipped, down to the
 * part, so a killed upload goes on where it was when the same command is given again.
 */
export async function uploadFiles(
  client: SteadClient,
  captureId: string,
  files: readonly LocalFile[],
  onBytes: (sent: number, total: number) => void,
): Promise<void> {
  const total = files.reduce((sum, file) => sum + file.bytes, 0);
  let sent = 0;
  const count = (bytes: number): void => {
    sent += bytes;
    onBytes(sent, total);
  };
  for (let from = 0; from < files.length; from += FILES_PER_CALL) {
    const batch = files.slice(from, from + FILES_PER_CALL);
    const { files: planned } = await client.post<UploadPlan>(`/v1/captures/${captureId}/files`, {
      files: batch.map(({ name, bytes, sha256 }) => ({ name, bytes, sha256 })),
    });
    const tasks = planned.map((plan, i) => ({ plan, file: batch[i] }));
    await mapBounded(tasks, FILES_AT_ONCE, async ({ plan, file }) => {
      if (file === undefined) return;
      if (plan.upload === null) count(file.bytes);
      else await uploadFile(client, captureId, plan.fileId, file, plan.upload, count);
    });
  }
}

async function uploadFile(
  client: SteadClient,
  captureId: string,
  fileId: string,
  file: LocalFile,
  upload: Upload,
  count: (bytes: number) => void,
): Promise<void> {
  const handle = await open(file.path);
  try {
    const done = [...upload.stored];
    count(file.bytes - upload.parts.reduce((sum, part) => sum + part.bytes, 0));
    for (const part of upload.parts) {
      const buffer = Buffer.alloc(part.bytes);
      const { bytesRead } = await handle.read(buffer, 0, part.bytes, (part.number - 1) * upload.partBytes);
      if (bytesRead < part.bytes) throw new Error(`${file.name} became shorter while it was sent; give the command again.`);
      done.push({ number: part.number, etag: await putPart(part.url, buffer) });
      count(part.bytes);
    }
    done.sort((a, b) => a.number - b.number);
    await client.post(`/v1/captures/${captureId}/files/${fileId}/complete`, { parts: done });
  } finally {
    await handle.close();
  }
}

async function putPart(url: string, body: Buffer): Promise<string> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const response = await fetch(url, { method: 'PUT', body });
      const etag = response.headers.get('etag');
      if (response.ok && etag !== null) return etag;
      throw new Error(`the object store answered ${response.status} to a part: ${(await response.text()).slice(0, 300)}`);
    } catch (error) {
      if (attempt >= PART_TRIES_MAX) throw error;
      await new Promise((resolve) => setTimeout(resolve, 250 * 2 ** attempt));
    }
  }
}
