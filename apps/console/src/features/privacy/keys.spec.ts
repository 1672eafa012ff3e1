import { orderOf } from './keys';

const pressed = (key: string, change: object = {}): Parameters<typeof orderOf>[0] => ({
  ...{ key, code: `Key${key.toUpperCase()}`, shiftKey: false, ctrlKey: false, altKey: false, metaKey: false },
  ...change,
});

describe('a key of the queue', () => {
  it.each([
    ['j', { do: 'next' }],
    ['ArrowRight', { do: 'next' }],
    ['ArrowUp', { do: 'previous' }],
    ['b', { do: 'blur' }],
    ['B', { do: 'blur' }],
    ['a', { do: 'keep', reason: 'artwork' }],
    ['s', { do: 'keep', reason: 'statue' }],
    ['v', { do: 'keep', reason: 'advert' }],
    ['c', { do: 'keep', reason: 'consent' }],
    ['n', { do: 'keep', reason: 'not-a-person' }],
    ['x', { do: 'split' }],
    ['?', { do: 'help' }],
    ['Enter', null],
    ['Tab', null],
    ['z', null],
    ['constructor', null],
  ])('%s, while looking, asks for %p', (key, want) => {
    expect(orderOf(pressed(key), false)).toEqual(want);
  });

  it.each([
    ['ArrowLeft', {}, { do: 'move', by: [-1, 0], fine: false }],
    ['ArrowDown', { shiftKey: true }, { do: 'move', by: [0, 1], fine: true }],
    ['Enter', {}, { do: 'point' }],
    ['Escape', {}, { do: 'end' }],
    ['u', {}, { do: 'takeBack' }],
    ['b', {}, null],
    ['j', {}, null],
  ])('%s, while drawing, asks for something else, and decides nothing', (key, change, want) => {
    expect(orderOf(pressed(key, change), true)).toEqual(want);
  });

  it('is known by its place where letters of another script are typed', () => {
    expect(orderOf(pressed('ㅠ', { code: 'KeyB' }), false)).toEqual({ do: 'blur' });
    expect(orderOf(pressed('Process', { code: 'KeyJ' }), false)).toEqual({ do: 'next' });
    // On another Latin layout the letter that is typed counts, not where it is.
    expect(orderOf(pressed('j', { code: 'KeyC' }), false)).toEqual({ do: 'next' });
  });

  it.each(['ctrlKey', 'altKey', 'metaKey'])('with %s is the browser’s', (modifier) => {
    expect(orderOf(pressed('b', { [modifier]: true }), false)).toBeNull();
  });
});
