import { moved, nextOrder, removal } from './arrange';
import { intervalsOf, textOfIntervals } from './hours';
import { stepsOf } from './history';
import { boxOf, newHotspot, newRoutePath, newRoutePoint, newStop, newTour, prismOf } from './make';
import { anglesOf, quaternionOf } from './rotation';
import type { Element, Revision, SceneElement } from './types';

const shown = (...elements: Element[]): SceneElement[] =>
  elements.map((element) => ({ element, revision: 1, derived: null, attention: null }));
const hotspot = (order: number): Element => newHotspot(order, { en: `H${order}` }, { point: [0, 0, 0], normal: [0, 0, 1] });

describe('the order of contents', () => {
  it('changes only the numbers that have to be others, also where all were the same', () => {
    const [a, b, c] = [hotspot(0), hotspot(1), hotspot(2)];
    expect(moved(shown(a, b, c), c.id, -1)).toEqual([
      { op: 'put', element: { ...c, order: 1 } },
      { op: 'put', element: { ...b, order: 2 } },
    ]);
    const equal = shown(...[hotspot(0), hotspot(0), hotspot(0)].sort((x, y) => (x.id < y.id ? -1 : 1)));
    expect(
      moved(equal, equal[2]?.element.id ?? '', -2).map((change) => (change.op === 'put' ? change.element.order : -1)),
    ).toEqual([1, 2]);
  });

  it('ends at both ends, and is of one kind', () => {
    const [a, b] = [hotspot(0), hotspot(1)];
    const tour = newTour(0, { en: 'T' }, [newStop({ hotspotId: a.id })]);
    expect([moved(shown(a, b, tour), a.id, -1), moved(shown(a, b, tour), b.id, 1), moved(shown(a, b, tour), tour.id, 1)]).toEqual(
      [[], [], []],
    );
    expect([nextOrder(shown(a, b, tour), 'hotspot'), nextOrder(shown(a), 'redaction')]).toEqual([2, 0]);
  });
});

it('what speaks of something that is removed changes with it', () => {
  const [a, b] = [hotspot(0), hotspot(1)];
  const both = newTour(0, { en: 'Both' }, [newStop({ hotspotId: a.id }), newStop({ hotspotId: b.id })]);
  const only = newTour(1, { en: 'Only' }, [newStop({ hotspotId: a.id })]);
  expect(removal(shown(a, b, both, only), a.id)).toEqual([
    { op: 'put', element: { ...both, stops: [newStop({ hotspotId: b.id })] } },
    { op: 'remove', elementId: only.id },
    { op: 'remove', elementId: a.id },
  ]);
  const [from, to] = [newRoutePoint(0, [0, 0, 0]), newRoutePoint(1, [1, 0, 0])];
  const way = newRoutePath(0, from.id, to.id);
  expect(removal(shown(from, to, way), to.id)).toEqual([
    { op: 'remove', elementId: way.id },
    { op: 'remove', elementId: to.id },
  ]);
});

describe('undo and redo', () => {
  const revision = (
    number: number,
    cause: Revision['cause'],
    of: number | null = null,
    undoneBy: number | null = null,
  ): Revision => ({
    ...{ number, cause, of, undoneBy, at: '2026-03-01T10:00:00.000Z', by: 'anna', put: 1, removed: 0 },
  });
  const [made, one, two] = [revision(1, 'create'), revision(2, 'edit'), revision(3, 'edit')];
  it.each<[string, Revision[], number | null, number | null]>([
    ['nothing was done', [made], null, null],
    ['two edits', [made, one, two], 3, null],
    ['one of them was undone', [made, one, { ...two, undoneBy: 4 }, revision(4, 'undo', 3)], 2, 4],
    [
      'both were undone',
      [made, { ...one, undoneBy: 5 }, { ...two, undoneBy: 4 }, revision(4, 'undo', 3), revision(5, 'undo', 2)],
      null,
      5,
    ],
    ['and one done again', [made, one, { ...two, undoneBy: 4 }, revision(4, 'undo', 3, 5), revision(5, 'undo', 4)], 5, null],
    [
      'what was done again was undone',
      [made, one, { ...two, undoneBy: 4 }, revision(4, 'undo', 3, 5), revision(5, 'undo', 4, 6), revision(6, 'undo', 5)],
      2,
      6,
    ],
    ['somebody has edited since', [made, one, { ...two, undoneBy: 4 }, revision(4, 'undo', 3), revision(5, 'edit')], 5, null],
  ])('%s', (_, revisions, undo, redo) => expect(stepsOf(revisions)).toEqual({ undo, redo }));
});

describe('a rotation', () => {
  it.each([
    { turn: 0, tilt: 0, roll: 0 },
    { turn: 90, tilt: 0, roll: 0 },
    { turn: -135, tilt: 30, roll: -20 },
    { turn: 12.34, tilt: -60, roll: 170 },
  ])('%j is the same after it was written as a quaternion', (angles) => {
    const rotation = quaternionOf(angles);
    expect(Math.hypot(...rotation)).toBeCloseTo(1);
    expect(anglesOf(rotation)).toEqual(angles);
  });

  it('turns about the axis that points up', () => expect(quaternionOf({ turn: 180, tilt: 0, roll: 0 })[2]).toBeCloseTo(1));
});

describe('opening hours', () => {
  it.each([
    [
      '09:00–12:00, 13:00–18:00',
      [
        { from: '09:00', to: '12:00' },
        { from: '13:00', to: '18:00' },
      ],
    ],
    ['9:00-12:00', [{ from: '09:00', to: '12:00' }]],
    ['', []],
    ['nine to five', null],
    ['09:00', null],
  ])('%s', (text, want) => {
    expect(intervalsOf(text)).toEqual(want);
    if (want !== null) expect(intervalsOf(textOfIntervals(want))).toEqual(want);
  });
});

describe('a region to hide', () => {
  it('has a height, a width and a depth, wherever somebody points', () => {
    expect(boxOf([3, 1, 0], [1, 2, 0], 10)).toEqual({ shape: 'box', min: [1, 1, -0.2], max: [3, 2, 0.2] });
    expect(boxOf([1, 1, 1], [1, 1, 1], 10)).toMatchObject({ min: [0.8, 0.8, 0.8], max: [1.2, 1.2, 1.2] });
    const points: [number, number, number][] = [
      [0, 0, 0.5],
      [1, 0, 0.5],
      [0, 1, 0.5],
    ];
    expect(prismOf(points, 10)).toMatchObject({ shape: 'prism', bottom: 0.5, top: 0.9 });
  });
});
