import fc from 'fast-check';
import { elementSchema, type Element, type ElementOf, type Point } from '@stead/contracts/studio';
import { applySimilarity, rotationOf, turn, type SimilarityTransform } from '@stead/platform/similarity';
import { movedElement, pointsOf } from './move-element';
import { movedScene } from './move-scene';
import { inverted, type Scene } from './scene';
import { lengthOf } from './measure';
import type { VersionAlignment } from './version-alignment';
import { anElement } from '../testing/element.builder';

const unit = fc.double({ min: -1, max: 1, noNaN: true });
const similarity = (tilted: boolean): fc.Arbitrary<SimilarityTransform> =>
  fc
    .record({
      q: (tilted ? fc.tuple(unit, unit, unit, unit) : fc.tuple(unit, fc.constant(0), fc.constant(0), unit)).filter(
        (q) => Math.hypot(...q) > 0.1,
      ),
      scale: fc.double({ min: 0.1, max: 10, noNaN: true }),
      t: fc.tuple(unit, unit, unit),
    })
    .map(({ q, scale, t }) => ({ scale, rotation: rotationOf(q), translation: t.map((value) => value * 20) as Point }));

const EVERY_KIND: Element[] = [
  anElement('hotspot', { view: { position: [0, 0, 1], target: [1, 2, 1] } }),
  anElement('tour'),
  anElement('measurement'),
  anElement('calibration'),
  anElement('plan-alignment'),
  anElement('ar-anchor', { rotation: [0.5, 0.5, 0.5, 0.5] }),
  anElement('route-point'),
  anElement('route-path'),
  anElement('redaction'),
];

/** The inverse of x -> s R x + t. */
function inverse({ scale, rotation: [a, b, c, d, e, f, g, h, i], translation }: SimilarityTransform): SimilarityTransform {
  const rotation: SimilarityTransform['rotation'] = [a, d, g, b, e, h, c, f, i];
  const [x, y, z] = turn(rotation, translation);
  return { scale: 1 / scale, rotation, translation: [-x / scale, -y / scale, -z / scale] };
}
const close = (a: readonly Point[], b: readonly Point[]): void => {
  expect(a).toHaveLength(b.length);
  a.forEach((point, i) => point.forEach((value, axis) => expect(value).toBeCloseTo(b[i]?.[axis] ?? NaN, 6)));
};

describe('an element that is moved', () => {
  it.each(EVERY_KIND.filter(({ kind }) => kind !== 'redaction').map((element) => [element.kind, element] as const))(
    '%s: is where it was when it is moved back, and what visitors get is still whole',
    (_kind, element) => {
      fc.assert(
        // Two places of a plan lie side by side: a frame that stands on its edge is none that a map can have.
        fc.property(similarity(element.kind !== 'plan-alignment'), (transform) => {
          const there = movedElement(element, transform);
          expect(elementSchema.safeParse(there).success).toBe(true);
          close(
            pointsOf(there),
            pointsOf(element).map((point) => applySimilarity(transform, point)),
          );
          close(pointsOf(movedElement(there, inverse(transform))), pointsOf(element));
        }),
      );
    },
  );

  it('a measurement grows with the frame, and a known length does not', () => {
    const transform: SimilarityTransform = { scale: 3, rotation: rotationOf([1, 0, 0, 1]), translation: [1, 2, 3] };
    const measurement = movedElement(anElement('measurement'), transform) as ElementOf<'measurement'>;
    expect(lengthOf(measurement.measured.points)).toBeCloseTo(15, 9);
    expect(movedElement(anElement('calibration'), transform)).toMatchObject({ lengthM: 2 });
  });

  it('an anchor turns with the frame: what it points at, it points at afterwards', () => {
    fc.assert(
      fc.property(similarity(true), (transform) => {
        const before = anElement('ar-anchor', { rotation: [0.5, 0.5, 0.5, 0.5] });
        const after = movedElement(before, transform) as ElementOf<'ar-anchor'>;
        const pointing = ({ rotation: [x, y, z, w] }: ElementOf<'ar-anchor'>): Point => turn(rotationOf([w, x, y, z]), [1, 0, 0]);
        close([pointing(after)], [turn(transform.rotation, pointing(before))]);
      }),
    );
  });

  it.each([false, true])('a redaction covers whatever it covered, with the frame tilted: %s', (tilted) => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(similarity(tilted), fc.tuple(share, share, share), (transform, inside) => {
        const before = anElement('redaction', { region: { shape: 'box', min: [1, 2, 0], max: [3, 3, 2] } });
        const after = movedElement(before, transform) as ElementOf<'redaction'>;
        if (after.region.shape !== 'prism') throw new Error('a prism was to be expected');
        const at = applySimilarity(transform, [1 + 2 * inside[0], 2 + inside[1], 2 * inside[2]]);
        const { outline, bottom, top } = after.region;
        const slack = 1e-9 * transform.scale;
        expect(at[2]).toBeGreaterThanOrEqual(bottom - slack);
        expect(at[2]).toBeLessThanOrEqual(top + slack);
        const sides = outline.map(([x, y], i) => {
          const [nextX, nextY] = outline[(i + 1) % outline.length] ?? [x, y];
          return (nextX - x) * (at[1] - y) - (nextY - y) * (at[0] - x);
        });
        const tolerance = 1e-6 * transform.scale ** 2; // the outline may go round either way
        expect(Math.min(...sides) >= -tolerance || Math.max(...sides) <= tolerance).toBe(true);
      }),
      // Hardly tilted at all: the upper corners lie beside the lower ones by less than anybody would see.
      {
        examples: [
          [{ scale: 0.1, rotation: [-1, 0, 0, 0, -1, 2.5e-7, 0, 2.5e-7, 1], translation: [0, 0, 0] }, [0, 0, 1]],
          [{ scale: 1, rotation: [1, 0, 0, 0, 1, 4e-4, 0, -4e-4, 1], translation: [0, 0, 0] }, [0, 0, 1]],
        ],
      },
    );
  });
});

describe('a scene that is moved', () => {
  const version = { id: 'v1' } as Scene['version'];
  const scene = { version, start: { position: [0, 0, 1], target: [1, 0, 1] } } satisfies Pick<Scene, 'version' | 'start'>;
  const bounds = { min: [-10, -10, -10] as Point, max: [10, 10, 10] as Point };
  const to = { versionId: 'v2', bounds };
  const shift = (residual: number): VersionAlignment => ({
    transform: { scale: 1, rotation: [1, 0, 0, 0, 1, 0, 0, 0, 1], translation: [1, 0, 0] },
    residualAt: () => residual,
  });

  it('says of what needs attention why: inexact, outside, or nowhere to be known', () => {
    const [fine, away] = [anElement('hotspot'), anElement('route-point', { position: [30, 0, 0] })];
    expect(movedScene(scene, [fine, away], shift(0.01), to).attention).toEqual(
      new Map([[away.id, { why: 'outside', residual: 0.01 }]]),
    );
    // A hundredth of the diagonal of 34.6 is 0.35.
    expect(movedScene(scene, [fine], shift(0.36), to).attention.get(fine.id)).toEqual({ why: 'residual', residual: 0.36 });
    expect(movedScene(scene, [fine], shift(0.34), to).attention.size).toBe(0);
    const { edit, attention } = movedScene(scene, [fine, anElement('route-path')], null, to);
    expect([...attention.values()]).toEqual([{ why: 'unaligned', residual: null }]);
    expect(edit).toEqual({ elements: new Map(), name: null, start: null, version: { before: 'v1', after: 'v2' } });
  });

  it('leads back, with its start and its version', () => {
    const { edit } = movedScene(scene, EVERY_KIND, shift(0), to);
    expect(edit.start?.after).toEqual({ position: [1, 0, 1], target: [2, 0, 1] });
    expect(inverted(edit)).toMatchObject({ start: { after: scene.start }, version: { before: 'v2', after: 'v1' } });
    expect([...inverted(edit).elements.values()].map(({ after }) => after)).toEqual(
      EVERY_KIND.filter(({ kind }) => kind !== 'route-path'),
    );
  });

  it('keeps what would leave the room that coordinates have, and says so', () => {
    const far = anElement('hotspot', { anchor: [900_000, 0, 0] });
    const alignment = { ...shift(0), transform: { ...shift(0).transform, scale: 2 } };
    const { edit, attention } = movedScene(scene, [far], alignment, to);
    expect([edit.elements.size, attention.get(far.id)?.why]).toEqual([0, 'outside']);
  });
});
