import { keys } from './keys';
import { isSealedKey } from './sealed-keys';
import { STEPS, type StepName } from './steps';

const [WS, CAP, RUN] = ['w', 'c', 'r'] as const;
const HASH = '0123456789abcdef';
const work = (step: StepName, path: string): string => keys.stepFile(WS, RUN, 3, step, `${HASH}/${path}`);

/** Every kind of key that there is: a new one has to be decided here. */
const ELSEWHERE: Record<Exclude<keyof typeof keys, 'stepFile'>, readonly [key: string, sealed: boolean]> = {
  quarantineFile: [keys.quarantineFile(WS, CAP, 'f'), false],
  quarantinePrefix: [keys.quarantinePrefix(WS, CAP), false],
  workspacePrefix: [keys.workspacePrefix(WS), false],
  capturePrefix: [keys.capturePrefix(WS, CAP), false],
  captureFile: [keys.captureFile(WS, CAP, 'f'), true],
  captureManifest: [keys.captureManifest(WS, CAP), false],
  captureSeal: [keys.captureSeal(WS, CAP), false],
  redactionPlan: [keys.redactionPlan(WS, RUN), false],
  runPrefix: [keys.runPrefix(WS, RUN), false],
  epochPrefix: [keys.epochPrefix(WS, RUN, 1), false],
  workPrefix: [keys.workPrefix(WS, RUN, 1), false],
  stepPrefix: [keys.stepPrefix(WS, RUN, 1, 'ingest'), false],
  stepRecord: [keys.stepRecord(WS, RUN, 1, 'ingest'), false],
  stepFailure: [keys.stepFailure(WS, RUN, 1, 'ingest'), false],
  stepLog: [keys.stepLog(WS, RUN, 1, 'ingest'), false],
  bundlePrefix: [keys.bundlePrefix(WS, RUN, 1), false],
  bundleManifest: [keys.bundleManifest(WS, RUN, 1), false],
};
const WORK: Record<StepName, readonly (readonly [path: string, sealed: boolean])[]> = {
  ingest: [
    ['images/0001.jpg', true],
    ['photos.json', true],
    ['clouds/a.las', true],
  ],
  frames: [
    ['images/0001.jpg', true],
    ['photos.json', true],
  ],
  anonymize: [
    ['images/0001.jpg', true],
    ['detections.json', true],
  ],
  reconstruct: [
    ['sparse/points3D.txt', true],
    ['database.db', true],
  ],
  densify: [['cloud.ply', true]],
  georeference: [['transform.json', false]],
  tile: [
    ['tiles/tileset.json', false],
    ['tiles/r0.0123456789abcdef.glb', false],
  ],
  plan: [
    ['plan.png', false],
    ['plan.json', false],
    ['poster.webp', false],
  ],
  localisation: [
    ['localisation.bin', false],
    ['review.json', true],
    ['x/review.json', false],
  ],
  bundle: [
    ['cameras.json', false],
    ['photos/0123456789abcdef.webp', false],
  ],
  redact: [
    ['pictures/0001.jpg', true],
    ['tiles/tileset.json', false],
    ['localisation.bin', false],
  ],
};

describe('what lies sealed in the store', () => {
  it.each(Object.entries(ELSEWHERE))('is decided for %s', (_kind, [key, sealed]) => {
    expect(isSealedKey(key)).toBe(sealed);
  });

  it.each(STEPS.flatMap((step) => WORK[step].map(([path, sealed]) => [step, path, sealed] as const)))(
    'is decided for the file of %s at %s',
    (step, path, sealed) => {
      expect(isSealedKey(work(step, path))).toBe(sealed);
    },
  );

  it.each([
    `workspaces/${WS}/runs/${RUN}/e1/bundle/work/ingest/${HASH}/images/a.jpg`,
    `workspaces/${WS}/captures/${CAP}/files/f/more`,
    `other/workspaces/${WS}/captures/${CAP}/files/f`,
    `workspaces/${WS}/runs/${RUN}/e1/work/ingest`,
    '',
  ])('is nothing that only looks like it: %s', (key) => {
    expect(isSealedKey(key)).toBe(false);
  });
});
