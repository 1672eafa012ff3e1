import { nextMark, nextPicture, type Way } from './queue-order';

const way = (change: Partial<Way> = {}): Way => ({
  ...{ show: 'open', changed: new Set(), changedIn: new Set(), mine: new Set(), mineIn: new Set() },
  ...change,
});
const marks = [
  { id: 'decided', verdict: 'blur' },
  { id: 'first', verdict: null },
  { id: 'whole', verdict: 'split' },
  { id: 'second', verdict: null },
];
const pictures = [
  { image: '1', marks: 1, undecided: 1 },
  { image: '2', marks: 0, undecided: 0 },
  { image: '3', marks: 2, undecided: 0 },
  { image: '4', marks: 2, undecided: 2 },
];

describe('the next mark', () => {
  it.each([
    [null, true, way(), 'first'],
    ['first', true, way(), 'second'],
    ['second', true, way(), null],
    ['second', false, way(), 'first'],
    ['first', false, way(), null],
    ['first', false, way({ mine: new Set(['decided']) }), 'decided'],
    [null, true, way({ mine: new Set(['decided']) }), 'first'],
    [null, false, way({ show: 'all' }), 'second'],
    [null, true, way({ show: 'all' }), 'decided'],
    ['first', true, way({ show: 'all' }), 'second'],
    [null, true, way({ show: 'changed', changed: new Set(['decided']) }), 'decided'],
    ['gone', true, way(), 'first'],
    [null, true, way({ mine: new Set(['first']) }), 'second'],
  ])('from %p, forwards %p, is right', (from, forwards, on, want) => {
    expect(nextMark(marks, from, forwards, on)).toBe(want);
  });
});

describe('the next picture', () => {
  it.each([
    ['1', true, way(), false, '4'],
    ['4', true, way(), false, null],
    ['4', true, way(), true, '1'],
    ['4', false, way(), false, '1'],
    ['4', false, way({ mineIn: new Set(['3']) }), false, '3'],
    ['1', true, way({ show: 'all' }), false, '2'],
    ['1', true, way({ show: 'changed', changedIn: new Set(['3']) }), false, '3'],
    ['1', true, way({ show: 'changed' }), true, null],
  ])('from %s, forwards %p, is right', (from, forwards, on, round, want) => {
    expect(nextPicture(pictures, from, forwards, on, round)).toBe(want);
  });

  it('is the same one again where there is no other', () => {
    expect(nextPicture(pictures.slice(0, 1), '1', true, way(), true)).toBe('1');
  });
});
