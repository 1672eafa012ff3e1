import { createHash, randomUUID } from 'node:crypto';
import sharp from 'sharp';
import { keys, type ReviewRecord, type StepRecord, type StoredFile } from '@stead/contracts/pipeline';
import type { DetectionView, ReviewView } from '@stead/contracts/studio';
import { until } from '@stead/testing/servers';
import type { StudioHouse } from './studio-house';

export const PICTURE = { width: 320, height: 240 };
/** The colours of what was taken, and of what is covered. */
export const [TAKEN, COVERED] = ['#c02020', '#2020c0'];

type Found = Partial<ReviewRecord['detections'][number]> & { image: string };

export interface ReviewedRun {
  spaceMapId: string;
  captureId: string;
  runId: string;
  review: ReviewView;
  detections: DetectionView[];
  original: StoredFile;
}

/** A version with pictures, as a run leaves them, and its review, read. */
export async function reviewedRun(
  house: StudioHouse,
  found: readonly Found[] = [{ image: '0001.jpg' }],
  of: { spaceMapId?: string; captureId?: string; number?: number } = {},
): Promise<ReviewedRun> {
  const { spaceMapId = randomUUID(), captureId = randomUUID(), number = 1 } = of;
  const runId = randomUUID();
  const put = async (step: string, path: string, bytes: Buffer, mediaType: string): Promise<StoredFile> => {
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const key = keys.stepFile(house.workspaceId, runId, 1, step, `${sha256.slice(0, 16)}/${path}`);
    await house.store.put(key, bytes, { mediaType });
    return { path, key, bytes: bytes.length, sha256, mediaType };
  };
  const picture = (step: string, image: string, background: string): Promise<StoredFile> =>
    sharp({ create: { ...PICTURE, channels: 3, background } })
      .jpeg()
      .toBuffer()
      .then((bytes) => put(step, `images/${image}`, bytes, 'image/jpeg'));
  const images = [...new Set(['0001.jpg', '0002.jpg', ...found.map(({ image }) => image)])];
  const pictures: ReviewRecord['pictures'] = [];
  for (const image of images)
    pictures.push({
      ...{ image, name: `IMG_${image}`, ...PICTURE, position: [1, 2, 1.6], forward: [1, 0, 0] },
      original: await picture('ingest', image, TAKEN),
      covered: await picture('anonymize', image, COVERED),
    });
  const record: ReviewRecord = {
    schemaVersion: 1,
    pictures,
    detections: found.map((one) => ({
      ...{ kind: 'face', box: { x: 100, y: 80, width: 40, height: 50 }, corners: null, action: 'mosaic', score: 0.9, round: 0 },
      ...{ place: [2, 2, 1.5], ...one },
    })),
  };
  const review = await put('localisation', 'review.json', Buffer.from(JSON.stringify(record)), 'application/json');
  await putRecord(house, runId, 'localisation', [review]);
  await house.readyVersion(spaceMapId, number, undefined, { captureId, runId });
  const opened = await until('the review is read', async () => {
    const list = await house.call<{ items: ReviewView[] }>('GET', `/v1/privacy/reviews?spaceMapId=${spaceMapId}&state=open`);
    return list.body.items.find(({ versionNumber }) => versionNumber === number);
  });
  const { items } = (await house.call<{ items: DetectionView[] }>('GET', `/v1/privacy/reviews/${opened.id}/detections?limit=100`))
    .body;
  const [first] = pictures;
  if (first === undefined) throw new Error('a run without pictures');
  return { spaceMapId, captureId, runId, review: opened, detections: items, original: first.original };
}

/** The record that a step leaves of its files. */
export async function putRecord(
  house: StudioHouse,
  runId: string,
  step: 'localisation' | 'redact',
  files: StoredFile[],
): Promise<void> {
  const record: StepRecord = {
    ...{ schemaVersion: 1, step, runId, epoch: 1, inputsHash: 'of a test', provider: 'test', files, metrics: {}, notes: [] },
    ...{ startedAt: new Date().toISOString(), seconds: 1, takenOverFrom: null },
  };
  await house.store.put(keys.stepRecord(house.workspaceId, runId, 1, step), Buffer.from(JSON.stringify(record)), {
    mediaType: 'application/json',
  });
}
