import { createHash } from 'node:crypto';
import {
  UploadNotFound,
  UploadPartsRejected,
  partBytes,
  type CompletedPart,
  type ObjectHead,
  type StoredPart,
} from '@stead/platform/object-store';
import type { Budget } from './budget';
import { CopyStopped, SourceUnusable } from './copy-errors';
import { assertContent, type Line, type Replicas, type Wanted } from './copy-object';
import { readRange } from './read-object';
import type { NamedStore } from './stores';

/** S3 takes no more; with the parts of `partBytes` that is about 500 GiB. */
const PARTS_MAX = 10_000;
/** Of one object. The next part is read while these are sent. */
const PARTS_IN_FLIGHT_MAX = 2;

interface Part {
  number: number;
  start: number;
  end: number;
}

/**
 * Copies a large object in the parts that the platform's own uploads have, so that the copy gets the etag of its source. The
 * upload's id is kept, so a process that takes over goes on with it: a part that the store has already is read once more,
 * for the sha256 of the whole and to see that it is the same, and is not sent again.
 */
export class CopyInParts {
  constructor(
    private readonly replicas: Replicas,
    private readonly memory: Budget,
  ) {}

  async copy(wanted: Wanted, source: ObjectHead, line: Line): Promise<void> {
    const { from, to } = line;
    const parts = layoutOf(wanted.key, source.bytes);
    const { uploadId, stored } = await this.upload(wanted, source, to);
    const hash = createHash('sha256');
    const sent: CompletedPart[] = [];
    const inFlight = new Set<Promise<void>>();
    let failure: { error: unknown } | null = null;
    try {
      for (const part of parts) {
        if (line.signal.aborted) throw new CopyStopped();
        // Read in order, because the hash is made in order; the memory is given back when the part has arrived.
        await new Promise<void>((read, failed) => {
          const whole = this.memory.with(part.end - part.start + 1, async () => {
            const body = await readRange(from, wanted.key, source.etag, part, line);
            hash.update(body);
            read();
            const etag = stillGood(stored.get(part.number), body);
            const answer = etag === null ? await this.send(wanted.key, uploadId, part, body, line) : { etag };
            sent.push({ partNumber: part.number, etag: answer.etag });
          });
          const settled: Promise<void> = whole
            .catch((error: unknown) => {
              failure ??= { error };
              failed(error);
            })
            .finally(() => inFlight.delete(settled));
          inFlight.add(settled);
        });
        if (inFlight.size >= PARTS_IN_FLIGHT_MAX) await Promise.race(inFlight);
        throwIf(failure);
      }
    } finally {
      await Promise.all(inFlight);
    }
    throwIf(failure);
    await this.complete(wanted, source, uploadId, hash.digest('hex'), sent, line);
  }

  /** Removes what was sent of an object that nobody needs any more. */
  async abort(to: NamedStore, key: string): Promise<void> {
    const replica = await this.replicas.find(to.name, key);
    const { uploadId = null } = replica ?? {};
    if (uploadId === null) return;
    await to.ask((objects) => objects.abortMultipart(key, uploadId));
    await this.replicas.forget(to.name, key);
  }

  private async send(key: string, uploadId: string, part: Part, body: Buffer, line: Line): Promise<{ etag: string }> {
    const answer = await line.to.ask((objects) => objects.putPart(key, uploadId, part.number, body));
    line.moved(body.length);
    return answer;
  }

  private async complete(
    wanted: Wanted,
    source: ObjectHead,
    uploadId: string,
    sha256: string,
    sent: readonly CompletedPart[],
    { from, to }: Line,
  ): Promise<void> {
    const { key, workspaceId } = wanted;
    try {
      assertContent(wanted, sha256, from);
    } catch (error) {
      await this.abort(to, key);
      throw error;
    }
    const inOrder = [...sent].sort((a, b) => a.partNumber - b.partNumber);
    const { etag } = await this.whole(to, key, uploadId, inOrder);
    const replica = { workspaceId, store: to.name, key, bytes: source.bytes, sourceEtag: source.etag };
    await this.replicas.save({ ...replica, uploadId: null, etag });
  }

  private async whole(to: NamedStore, key: string, uploadId: string, parts: readonly CompletedPart[]): Promise<{ etag: string }> {
    try {
      return await to.ask((objects) => objects.completeMultipart(key, uploadId, parts, { ifNoneMatch: '*' }));
    } catch (error) {
      // A part is not what was sent: with this upload it would come out the same for ever.
      if (error instanceof UploadPartsRejected) await this.abort(to, key);
      throw error;
    }
  }

  /** The upload that an earlier try began of the same version, with the parts that the store has; otherwise a new one. */
  private async upload(
    { key, workspaceId }: Wanted,
    source: ObjectHead,
    to: NamedStore,
  ): Promise<{ uploadId: string; stored: ReadonlyMap<number, StoredPart> }> {
    const known = await this.replicas.find(to.name, key);
    const begun = known?.uploadId ?? null;
    if (known !== null && begun !== null && known.sourceEtag === source.etag && known.bytes === source.bytes) {
      const stored = await listParts(to, key, begun);
      if (stored !== null) return { uploadId: begun, stored: new Map(stored.map((part) => [part.partNumber, part])) };
    } else if (begun !== null) await this.abort(to, key);
    const uploadId = await to.ask((objects) => objects.createMultipart(key, { mediaType: source.mediaType }));
    const replica = { workspaceId, store: to.name, key, bytes: source.bytes, sourceEtag: source.etag };
    // Before the first part: an upload whose id nobody knows could not be gone on with, nor removed.
    await this.replicas.save({ ...replica, uploadId, etag: null });
    return { uploadId, stored: new Map() };
  }
}

/** Where each part begins and ends. */
export function layoutOf(key: string, bytes: number): Part[] {
  const parts: Part[] = [];
  for (let start = 0; start < bytes;) {
    const number = parts.length + 1;
    if (number > PARTS_MAX) throw new SourceUnusable(key, 'damaged', `${key} has ${bytes} bytes, too many to be copied in parts`);
    const end = Math.min(bytes, start + partBytes(number)) - 1;
    parts.push({ number, start, end });
    start = end + 1;
  }
  return parts;
}

/** The etag of a part that the store has, when it is the MD5 of these bytes, as S3 has it; otherwise the part is sent again. */
function stillGood(stored: StoredPart | undefined, body: Buffer): string | null {
  if (stored?.bytes !== body.length) return null;
  const md5 = createHash('md5').update(body).digest('hex');
  return stored.etag.replaceAll('"', '') === md5 ? stored.etag : null;
}

/** Null when the upload is not there any more. */
async function listParts(to: NamedStore, key: string, uploadId: string): Promise<StoredPart[] | null> {
  try {
    return await to.ask((objects) => objects.listParts(key, uploadId));
  } catch (error) {
    if (error instanceof UploadNotFound) return null;
    throw error;
  }
}

function throwIf(failure: { error: unknown } | null): void {
  if (failure !== null) throw failure.error;
}
