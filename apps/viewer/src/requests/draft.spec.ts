import { addressOf, askedOf, wrongField, type Draft, type Where } from './draft';

const draft = (change: Partial<Draft> = {}): Draft => ({ what: 'face', note: '', contact: '', ...change });
const where = (change: Partial<Where> = {}): Where => ({ place: [1, 2, 1], eye: [0, 0, 1.6], seen: true, ...change });

describe('what a visitor asks for', () => {
  it.each([
    ['nothing typed', draft(), where(), null],
    ['nothing where the visitor looks', draft(), where({ place: null }), 'place'],
    ['no words, where nothing could be seen', draft({ note: '  ' }), where({ seen: false }), 'note'],
    ['words, where nothing could be seen', draft({ note: 'By the door' }), where({ seen: false }), null],
    ['an address', draft({ contact: ' me@example.org ' }), where(), null],
    ['no address', draft({ contact: 'me' }), where(), 'contact'],
    ['two addresses', draft({ contact: 'me@example.org you@example.org' }), where(), 'contact'],
  ])('with %s needs another look at the right field', (_name, typed, looked, want) => {
    expect(wrongField(typed, looked)).toBe(want);
  });

  it('is sent without what was left empty, with where it was looked at from', () => {
    expect(askedOf('p', draft({ note: ' By the door ' }), { ...where(), place: [1, 2, 1] })).toEqual({
      ...{ publicationId: 'p', place: [1, 2, 1], what: 'face', note: 'By the door', contact: null },
      view: { position: [0, 0, 1.6], target: [1, 2, 1] },
    });
    // To look at where one stands is no view.
    expect(askedOf('p', draft(), { ...where({ eye: [1, 2, 1] }), place: [1, 2, 1] }).view).toBeNull();
  });

  it('has an address at which it is looked for later', () => {
    expect(addressOf('id', { origin: 'https://stead.example', pathname: '/v/abc' })).toBe(
      'https://stead.example/v/abc?request=id',
    );
  });
});
