import { keys, stepRecordSchema, type StepRecord } from '@stead/contracts/pipeline';
import { ObjectNotFound } from '@stead/platform/object-store';
import type { CopyGroup } from './copy-set';
import { listBelow, type Present } from './presence';
import type { NamedStore } from './stores';

const RECORD_BYTES_MAX = 64 * 1024 * 1024;
const RECORD = /\/steps\/([a-z0-9-]+)\.json$/;

/**
 * One group for each record of an attempt that the other store does not have yet. What has a record there is whole: records
 * are written, and copied, after the files that they name.
 */
export async function recordGroups(
  workspaceId: string,
  runId: string,
  epoch: number,
  from: NamedStore,
  to: NamedStore,
  isWanted: (step: string) => boolean,
): Promise<CopyGroup[]> {
  const prefix = `${keys.epochPrefix(workspaceId, runId, epoch)}steps/`;
  const records = [...(await listBelow(from, prefix))].filter(([key]) => {
    const step = RECORD.exec(key)?.[1];
    return step !== undefined && isWanted(step);
  });
  if (records.length === 0) return [];
  const there = await listBelow(to, prefix);
  const groups: CopyGroup[] = [];
  for (const [key, present] of records) {
    if (isSame(there.get(key), present)) continue;
    const record = await readRecord(from, key, workspaceId);
    if (record === null) continue;
    groups.push({
      files: record.files.map(({ key: file, bytes, sha256 }) => ({ workspaceId, key: file, bytes, sha256, ifThere: 'same' })),
      last: { workspaceId, key, bytes: present.bytes, sha256: null, ifThere: 'same' },
      optional: true,
    });
  }
  return groups;
}

/** Null for one that no step could read either, or that names what is not its workspace's. */
async function readRecord(from: NamedStore, key: string, workspaceId: string): Promise<StepRecord | null> {
  const record = stepRecordSchema.safeParse((await readJson(from, key, RECORD_BYTES_MAX))?.json);
  if (!record.success) return null;
  // A cluster writes its records: what they name must not lead to what belongs to others.
  const isOwn = (key: string): boolean => key.startsWith(keys.workspacePrefix(workspaceId)) && !key.split('/').includes('..');
  return record.data.files.every((file) => isOwn(file.key)) ? record.data : null;
}

/** A small document; null when nothing is there, and without `json` when it is none. */
export async function readJson(
  from: NamedStore,
  key: string,
  bytesMax: number,
): Promise<{ bytes: number; json: unknown } | null> {
  try {
    const bytes = await from.ask((objects) => objects.getBytes(key, bytesMax));
    return { bytes: bytes.length, json: parsed(bytes) };
  } catch (error) {
    if (error instanceof ObjectNotFound) return null;
    throw error;
  }
}

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}

function isSame(there: Present | undefined, source: Present): boolean {
  return there?.etag === source.etag && there.bytes === source.bytes;
}
