import { addressedView } from './addressed';

describe('the address of a view', () => {
  it('names from where, and at what, somebody is to look', () => {
    expect(addressedView('#view=0.000%2C0.5,1.500,1.5,1.5,1.2&hotspot=x')).toEqual({
      position: [0, 0.5, 1.5],
      target: [1.5, 1.5, 1.2],
    });
  });

  it.each([
    '',
    '#hotspot=x',
    '#view=',
    '#view=1,2,3',
    '#view=1,2,3,4,5,',
    '#view=1,2,3,1,2,3',
    '#view=1,2,3,4,5,1e99',
    '#view=a,b,c,d,e,f',
  ])('is none in %p', (hash) => {
    expect(addressedView(hash)).toBeNull();
  });
});
