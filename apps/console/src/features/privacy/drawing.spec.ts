import {
  begin,
  ended,
  moved,
  movedTo,
  pointSet,
  preview,
  takenBack,
  withShape,
  type Drawing,
  type Pixel,
  type Step,
} from './drawing';

const SIZE = { width: 1000, height: 500 };

/** Sets a point at each pixel, until it is over. */
function draw(drawing: Drawing, ...pixels: Pixel[]): Step {
  let step: Step = { kind: 'on', drawing };
  for (const pixel of pixels) {
    if (step.kind === 'over') throw new Error(`over before ${pixel.join()}`);
    step = pointSet(movedTo(step.drawing, pixel, SIZE), SIZE);
  }
  return step;
}

function going(step: Step): Drawing {
  if (step.kind === 'over') throw new Error('it is over');
  return step.drawing;
}

describe('a box', () => {
  it.each([
    ['from its upper left corner', [10, 20], [110, 70]],
    ['from its lower right corner', [110, 70], [10, 20]],
    ['from its upper right corner', [110, 20], [10, 70]],
  ] as const)('is over with its second corner, drawn %s', (_name, first, second) => {
    expect(draw(begin('mark', 'box', null, SIZE), first, second)).toEqual({
      kind: 'over',
      drawn: [{ shape: 'box', box: { x: 10, y: 20, width: 100, height: 50 } }],
    });
  });

  it('of nothing is none: the second corner is waited for', () => {
    expect(draw(begin('mark', 'box', null, SIZE), [10, 20], [200, 22])).toMatchObject({
      kind: 'on',
      drawing: { points: [[10, 20]] },
    });
  });

  it('shows what it would be before the second corner is set', () => {
    const drawing = movedTo(going(draw(begin('mark', 'box', null, SIZE), [10, 20])), [30, 60], SIZE);
    expect(preview(drawing)).toEqual([
      [10, 20],
      [30, 20],
      [30, 60],
      [10, 60],
    ]);
  });
});

describe('an outline', () => {
  const corners: Pixel[] = [
    [0, 0],
    [100, 0],
    [100, 100],
  ];

  it('is over when it is ended, or closed at its first point', () => {
    const want = { kind: 'over', drawn: [{ shape: 'outline', outline: corners }] };
    expect(ended(going(draw(begin('mark', 'outline', null, SIZE), ...corners)))).toEqual(want);
    expect(draw(begin('mark', 'outline', null, SIZE), ...corners, [3, 2])).toEqual(want);
  });

  it('of two points is given up when it is ended', () => {
    expect(ended(going(draw(begin('mark', 'outline', null, SIZE), [0, 0], [100, 0])))).toEqual({ kind: 'over', drawn: [] });
  });

  it('has no more points than the server takes', () => {
    const many = Array.from({ length: 200 }, (_, i): Pixel => [100 + i * 4, i % 2 === 0 ? 0 : 400]);
    expect(draw(begin('mark', 'outline', null, SIZE), ...many)).toMatchObject({ kind: 'over', drawn: [{ shape: 'outline' }] });
  });
});

describe('a mark that is split', () => {
  const two: Pixel[] = [
    [0, 0],
    [50, 50],
    [60, 0],
    [110, 50],
  ];

  it('is over with all of its parts when it is ended, of both shapes', () => {
    const boxes = going(draw(begin('split', 'box', null, SIZE), ...two));
    expect(boxes.parts).toHaveLength(2);
    const third = going(draw(withShape(boxes, 'outline'), [200, 0], [300, 0], [300, 90]));
    const all = ended(going(ended(third)));
    expect(all).toMatchObject({ kind: 'over', drawn: [{ shape: 'box' }, { shape: 'box' }, { shape: 'outline' }] });
  });

  it('comes to nothing with one part, and loses what is begun before it is over', () => {
    const one = going(draw(begin('split', 'box', null, SIZE), [0, 0], [50, 50], [60, 0]));
    const rest = going(ended(one));
    expect(rest).toMatchObject({ points: [], parts: [{ shape: 'box' }] });
    expect(ended(rest)).toEqual({ kind: 'over', drawn: [] });
  });

  it('gives back points before parts', () => {
    const begun = going(draw(begin('split', 'box', null, SIZE), [0, 0], [50, 50], [60, 0]));
    expect(takenBack(begun)).toMatchObject({ points: [], parts: [{ shape: 'box' }] });
    expect(takenBack(takenBack(begun))).toMatchObject({ points: [], parts: [] });
  });
});

describe('the cross', () => {
  it('begins at the mark, else in the middle, and never leaves the picture', () => {
    expect(begin('split', 'box', { x: -20, y: 30, width: 9, height: 9 }, SIZE).cross).toEqual([0, 30]);
    const middle = begin('mark', 'box', null, SIZE);
    expect(middle.cross).toEqual([500, 250]);
    expect(movedTo(middle, [5_000, -3], SIZE).cross).toEqual([1000, 0]);
  });

  it('goes by strides, or to the pixel', () => {
    const middle = begin('mark', 'box', null, SIZE);
    expect(moved(middle, [1, 0], false, SIZE).cross).toEqual([510, 250]);
    expect(moved(middle, [0, -1], true, SIZE).cross).toEqual([500, 249]);
  });
});
