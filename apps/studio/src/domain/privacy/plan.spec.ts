import fc from 'fast-check';
import type { Detection } from './detection';
import { changesIn, redactionPlanOf, volumeSha256 } from './plan';
import { KEPT, type Review } from './review';

const review: Pick<Review, 'version' | 'runId' | 'epoch' | 'erasure'> = {
  version: { id: 'v', spaceMapId: 'm', number: 1, name: 'Hall', bundlePrefix: 'here/', manifestSha256: 'a'.repeat(64) },
  ...{ runId: 'r', epoch: 2, erasure: KEPT },
};
const verdict = fc.constantFrom(null, 'blur' as const, 'keep' as const, 'split' as const);
const mark = fc.record({ image: fc.constantFrom('a', 'b', 'c'), verdict, covered: fc.boolean() }).map((of): Detection => ({
  ...{
    id: '',
    source: 'person',
    kind: 'face',
    score: null,
    place: null,
    partOf: null,
    isPart: false,
    reason: null,
    decidedBy: null,
    decidedAt: null,
  },
  cover: {
    shape: 'outline',
    outline: [
      [0, 0],
      [9, 0],
      [9, 9],
    ],
  },
  ...of,
}));
const marks = fc.array(mark, { maxLength: 30 }).map((all) => all.map((one, at) => ({ ...one, id: String(at) })));

it('lists exactly the pictures in which something is shown otherwise than decided, with all that is covered in them', () => {
  fc.assert(
    fc.property(marks, (detections) => {
      const plan = redactionPlanOf(review, detections, []);
      const wanted = (one: Detection): boolean => one.verdict === null || one.verdict === 'blur';
      for (const image of ['a', 'b', 'c']) {
        const here = detections.filter((one) => one.image === image);
        const changed = here.filter((one) => wanted(one) !== one.covered);
        const listed = plan.pictures.find((picture) => picture.image === image);
        expect(listed?.changed.length ?? 0).toBe(changed.length);
        if (listed !== undefined) expect(listed.covers).toHaveLength(here.filter(wanted).length);
      }
      const settled = detections.map((one) => ({ ...one, covered: wanted(one) }));
      expect(changesIn(redactionPlanOf(review, settled, []))).toBe(0);
    }),
  );
});

it('names no originals once they are erased, and tells the parts of the place that are to go from those that are gone', () => {
  const volume = {
    shape: 'box' as const,
    min: [0, 0, 0] as [number, number, number],
    max: [1, 1, 1] as [number, number, number],
  };
  const volumes = [true, false].map((applied, at) => ({ id: String(at), sha256: '', volume, source: 'scene' as const, applied }));
  const plan = redactionPlanOf({ ...review, erasure: { ...KEPT, state: 'erased' } }, [], volumes);
  expect(plan).toMatchObject({
    originals: null,
    volumes: [{ id: '1', volume }],
    gone: [volume],
    base: { bundlePrefix: 'here/' },
  });
  expect(changesIn(plan)).toBe(1);
});

it('knows a part of the place again, however its fields are ordered, and tells it from any other', () => {
  const one = volumeSha256({
    shape: 'prism',
    outline: [
      [0, 0],
      [1, 0],
      [1, 1],
    ],
    bottom: 0,
    top: 2,
  });
  expect(
    volumeSha256({
      top: 2,
      bottom: 0,
      outline: [
        [0, 0],
        [1, 0],
        [1, 1],
      ],
      shape: 'prism',
    }),
  ).toBe(one);
  expect(
    volumeSha256({
      shape: 'prism',
      outline: [
        [0, 0],
        [1, 0],
        [1, 1],
      ],
      bottom: 0,
      top: 2.001,
    }),
  ).not.toBe(one);
});
