import { allPairs, likelyPairs } from './image-pairs';

describe('pairs', () => {
  it('are all of a small set, each once', () => {
    const pairs = allPairs(6);
    expect(pairs).toHaveLength(15);
    expect(new Set(pairs.map(String)).size).toBe(15);
    expect(pairs.every(([a, b]) => a < b)).toBe(true);
  });

  it('are neighbours and look-alikes of a large one, each once, whichever image named the other', () => {
    const similar = [[3], [0], [0], [2]];
    expect(likelyPairs(similar, { neighbours: 1, similar: 1 }).map(String)).toEqual(['0,1', '0,3', '1,2', '2,3', '0,2']);
  });

  it('connect every image to the next, so that a walk never falls apart here', () => {
    const pairs = likelyPairs(
      Array.from({ length: 50 }, () => []),
      { neighbours: 3, similar: 8 },
    ).map(String);
    for (let i = 0; i < 49; i += 1) expect(pairs).toContain(`${i},${i + 1}`);
    expect(pairs).toHaveLength(49 + 48 + 47);
  });
});
