import { aManifest } from '@stead/testing/builders';
import { amountsOf, filesOf, wanted } from './run-files';

const sha256 = (digit: string): string => digit.repeat(64);
const file = (path: string, bytes: number, digit: string) => ({ path, bytes, sha256: sha256(digit), mediaType: 'x/y' });
const manifest = aManifest({
  entry: {
    ...{ tileset: 'tiles/tileset.json', poster: 'poster.webp', plan: 'plan.png', cameras: 'cameras.json' },
    localisation: 'localisation.bin',
    splat: { path: 'splat/place.spz', matrix: [], count: 9 },
  },
  files: [
    file('tiles/tileset.json', 100, 'a'),
    file('tiles/r0.glb', 5_000, 'b'),
    file('plan.png', 700, 'c'),
    file('plan.json', 50, 'd'),
    file('poster.webp', 900, 'e'),
    file('localisation.bin', 300, 'f'),
    file('cameras.json', 20, '1'),
    file('notes.txt', 7, '2'),
    file('splat/place.spz', 4_000, '4'),
    file('photos/a.webp', 80, '5'),
  ],
});

describe('the files of a run', () => {
  const files = filesOf(
    manifest,
    file('manifest.json', 2_000, '3'),
    [
      {
        step: 'tile',
        files: [file('tiles/tileset.json', 100, 'a'), file('tiles/r0.glb', 5_000, 'b'), file('points.bin', 9, '9')],
      },
      { step: 'plan', files: [file('plan.png', 700, 'c'), file('plan.json', 50, 'd'), file('poster.webp', 900, '0')] },
      { step: 'localisation', files: [file('localisation.bin', 300, 'f'), file('review.json', 80, '8')] },
    ],
    'bundle',
  );

  it('are those of its bundle and no others, by path, each with what it is for and the step that made this content', () => {
    expect(files.map(({ path, kind, step }) => [path, kind, step])).toEqual([
      ['cameras.json', 'cameras', 'bundle'],
      ['localisation.bin', 'localisation', 'localisation'],
      ['manifest.json', 'manifest', 'bundle'],
      ['notes.txt', 'other', 'bundle'],
      ['photos/a.webp', 'photos', 'bundle'],
      ['plan.json', 'plan', 'plan'],
      ['plan.png', 'plan', 'plan'],
      ['poster.webp', 'poster', 'bundle'],
      ['splat/place.spz', 'splats', 'bundle'],
      ['tiles/r0.glb', 'tiles', 'tile'],
      ['tiles/tileset.json', 'tiles', 'tile'],
    ]);
  });

  it.each([
    ['everything', {}, 11],
    ['a step', { step: 'tile' }, 2],
    ['a part of the path, whatever its case', { path: 'PLAN' }, 2],
    ['both', { step: 'tile', path: '.glb' }, 1],
    ['a step that has made nothing', { step: 'redact' }, 0],
  ] as const)('are found by %s', (_, filter, count) => {
    expect(wanted(files, filter)).toHaveLength(count);
  });

  it('are counted by kind, the largest first', () => {
    expect(amountsOf(wanted(files, { path: 'p' }))).toEqual({
      total: { files: 5, bytes: 5_730 },
      kinds: [
        { kind: 'splats', files: 1, bytes: 4_000 },
        { kind: 'poster', files: 1, bytes: 900 },
        { kind: 'plan', files: 2, bytes: 750 },
        { kind: 'photos', files: 1, bytes: 80 },
      ],
    });
    expect(amountsOf([])).toEqual({ total: { files: 0, bytes: 0 }, kinds: [] });
  });
});
