/** @jest-environment ./libs/platform/onnx-graph/src/testing/onnx-environment.ts */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseModel } from '../domain/colmap-model';
import { BareRun } from '../testing/bare-run';
import { unchanged } from '../testing/unchanged';
import { ingest } from './ingest';
import { reconstruct } from './reconstruct';

/** Photos of one walk along a street, which are not part of this repository. */
const CAPTURE = resolve(__dirname, '../../../../../shared/captures/street-walk');
const TIMEOUT_MS = 10 * 60_000;

describe('reconstruction of a forward walk along a street', () => {
  if (!existsSync(CAPTURE)) {
    it('cannot be tried here: ../shared/captures/street-walk does not exist', () => {
      expect(existsSync(CAPTURE)).toBe(false);
    });
    return;
  }

  it(
    'climbs the ladder when the first pair is refused, and places at least 24 of 29 photos',
    async () => {
      const run = await BareRun.over(CAPTURE);
      try {
        await run.run(ingest);
        await run.run(unchanged);
        const { record, failure } = await run.run(reconstruct);
        expect(failure).toBeNull();
        expect(record?.metrics).toMatchObject({ images: 29 });
        expect(Number(record?.metrics.registered)).toBeGreaterThanOrEqual(24);
        expect(record?.metrics.ladderRung).not.toBe('default');
        expect(record?.notes.join('\n')).toMatch(
          /With the default settings: [\s\S]*With a relaxed initial pair: \d+ of 29 photos registered/,
        );
        const text = async (name: string): Promise<string> => (await run.read(record, `sparse/${name}.txt`)).toString();
        const model = parseModel({
          cameras: await text('cameras'),
          images: await text('images'),
          points3D: await text('points3D'),
        });
        expect(model.images.size).toBe(record?.metrics.registered);
        expect(Number(record?.metrics.reprojectionPx)).toBeLessThan(1.5);
      } finally {
        await run.remove();
      }
    },
    TIMEOUT_MS,
  );
});
