import { createHash } from 'node:crypto';
import { bundleManifestSchema, keys } from '@stead/contracts/pipeline';
import { mapBounded } from '@stead/platform/concurrency';
import { S3ObjectStore } from '@stead/platform/object-store';
import { rule, type Experiment } from './experiment';
import { type FaultHouse, HELD, timingsOf, within } from './fault-house';

const OF_EACH = { small: 2, full: 20 };
const FILE_BYTES_MAX = 1024 * 1024;
const READS_AT_ONCE = 8;

/** Steps report success, and what they left is not there, or not what they say. */
export const e16: Experiment = {
  id: 'E16',
  title: 'success without a result',
  script: (scale) =>
    `of ${OF_EACH[scale]} runs each, the last step exits with 0 and has written no manifest, or a file of which one bit is another: in every ` +
    'attempt, or in the first one alone; as many runs go well',
  run: (scale) =>
    within(
      {
        pipelines: [HELD],
        clusters: [
          { name: 'onprem', kind: 'onprem', slots: 4 * OF_EACH[scale] },
          { name: 'cloud', kind: 'cloud', slots: 4 * OF_EACH[scale], site: { elasticSlots: 4 * OF_EACH[scale] } },
        ],
        ...timingsOf(scale),
      },
      async (house) => {
        await house.startLeader();
        const of = (): Promise<string[]> => house.submit(OF_EACH[scale]);
        const [empty, flipped, emptyOnce, flippedOnce, well] = [await of(), await of(), await of(), await of(), await of()];
        for (const id of empty) house.release(id, 'no-manifest');
        for (const id of flipped) house.release(id, 'flipped-bit');
        for (const id of emptyOnce) house.release(`${id}.e1`, 'no-manifest');
        for (const id of flippedOnce) house.release(`${id}.e1`, 'flipped-bit');
        for (const id of [...emptyOnce, ...flippedOnce, ...well]) house.release(id);
        await house.untilOver(house.acknowledged, 240_000);
        const damaged = await damagedFiles(house);
        return {
          figures: { 'damaged results': 2 * empty.length + 2 * flipped.length + emptyOnce.length + flippedOnce.length },
          rules: [
            rule('damaged files that were published = 0', damaged.length === 0, damaged.length === 0 ? 0 : damaged.join('; ')),
            await came(
              house,
              'no manifest in any attempt: dead letter after two, with the reason',
              empty,
              NEVER,
              'has no manifest',
            ),
            await came(
              house,
              'a flipped bit in every attempt: dead letter after two, with the reason',
              flipped,
              NEVER,
              'is damaged',
            ),
            await came(house, 'no manifest in the first attempt: the second one is published', emptyOnce, SECOND),
            await came(house, 'a flipped bit in the first attempt: the second one is published', flippedOnce, SECOND),
            await came(house, 'the others are published in their first attempt', well, {
              state: 'succeeded',
              published: 1,
              epoch: 1,
            }),
            ...(await house.rules()),
          ],
        };
      },
    ),
};

const NEVER = { state: 'dead-letter', published: null, epoch: 2 };
const SECOND = { state: 'succeeded', published: 2, epoch: 2 };

async function came(house: FaultHouse, text: string, ids: readonly string[], want: typeof NEVER | typeof SECOND, words = '') {
  const rows = await house.history.query<{ state: string; published: number | null; epoch: number; detail: string | null }>(
    `SELECT state, published_epoch AS published, epoch, failure->>'detail' AS detail FROM dispatcher.run WHERE id = ANY($1::uuid[])`,
    [ids],
  );
  const other = rows.filter(
    ({ state, published, epoch, detail }) =>
      state !== want.state || published !== want.published || epoch !== want.epoch || !(detail ?? '').includes(words),
  );
  return rule(text, rows.length === ids.length && other.length === 0, other.length === 0 ? rows.length : JSON.stringify(other));
}

/** Reads every byte of every published bundle, without the dispatcher's code for that. */
async function damagedFiles(house: FaultHouse): Promise<string[]> {
  const store = new S3ObjectStore(house.house.config.objectStore);
  try {
    const runs = await house.history.query<{ id: string; workspace: string; epoch: number }>(
      `SELECT id, workspace_id AS workspace, published_epoch AS epoch FROM dispatcher.run WHERE published_epoch IS NOT NULL`,
    );
    const found = await mapBounded(runs, READS_AT_ONCE, async ({ id, workspace, epoch }) => {
      const bytes = await store.getBytes(keys.bundleManifest(workspace, id, epoch), FILE_BYTES_MAX).catch(() => null);
      if (bytes === null) return [`${id} e${epoch} has no manifest`];
      const { files } = bundleManifestSchema.parse(JSON.parse(bytes.toString('utf8')));
      const wrong: string[] = [];
      for (const { path, sha256 } of files) {
        const content = await store.getBytes(keys.bundlePrefix(workspace, id, epoch) + path, FILE_BYTES_MAX);
        if (createHash('sha256').update(content).digest('hex') !== sha256) wrong.push(`${id} e${epoch} ${path}`);
      }
      return wrong;
    });
    return found.flat();
  } finally {
    store.close();
  }
}
