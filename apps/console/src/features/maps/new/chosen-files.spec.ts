import { cleanName, featuresOf, isHidden, judge, kindOf, type ChosenFile, type FileReading } from './chosen-files';

const GIB = 1024 ** 3;
const reading = (sha256: string, change: Partial<FileReading> = {}): FileReading => ({
  ...{ sha256, megapixels: 2, points: null, unreadable: false },
  ...change,
});
/** A file that claims a size without having it. */
const aFile = (name: string, change: Partial<ChosenFile> & { bytes?: number } = {}): ChosenFile => {
  const { bytes = 10, ...rest } = change;
  const file = new File([], name);
  Object.defineProperty(file, 'size', { value: bytes });
  return { file, name, kind: kindOf(name), reading: reading(name), ...rest };
};
const photos = (count: number): ChosenFile[] => Array.from({ length: count }, (_, i) => aFile(`${i + 1}.jpg`));

describe('files that were chosen', () => {
  it.each<[string, ChosenFile, string, string | null]>([
    ['a text', aFile('notes.txt'), 'not-usable', null],
    ['a name without an ending', aFile('README'), 'not-usable', null],
    ['a file of another kind', aFile('walk.mp4'), 'other-kind', null],
    ['an empty one', aFile('9.jpg', { bytes: 0 }), 'empty', null],
    ['one above 20 GiB', aFile('9.jpg', { bytes: 20 * GIB + 1 }), 'too-large', null],
    ['one that is no picture', aFile('9.jpg', { reading: reading('9', { unreadable: true }) }), 'unreadable', null],
    ['a double, whatever its name', aFile('copy.jpg', { reading: reading('2.jpg') }), 'double', '2.jpg'],
  ])('leave out %s, and say why', (_what, odd, reason, twin) => {
    const { usable, leftOut, stops } = judge([...photos(3), odd], null);
    expect(leftOut).toEqual([{ name: odd.name, reason, twin }]);
    expect(usable.map(({ name }) => name)).toEqual(['1.jpg', '2.jpg', '3.jpg']);
    expect(stops).toBe('none');
  });

  it.each<[string, ChosenFile[], string]>([
    ['nothing', [], 'no-files'],
    ['nothing that can be used', [aFile('notes.txt')], 'no-files'],
    ['two photos', photos(2), 'too-few-photos'],
    ['three of which two are the same', [...photos(2), aFile('3.jpg', { reading: reading('1.jpg') })], 'too-few-photos'],
    ['three photos', photos(3), 'none'],
    ['one video', [aFile('walk.mov')], 'none'],
    ['one point cloud', [aFile('scan.laz')], 'none'],
    ['2,000 photos', photos(2_000), 'none'],
    ['2,001 photos', photos(2_001), 'too-many-files'],
  ])('of %s: %s', (_what, files, stops) => {
    expect(judge(files, null).stops).toBe(stops);
  });

  it('leave out what the server could not use, whatever it is called now', () => {
    const { usable, leftOut } = judge([...photos(3), aFile('renamed.jpg', { reading: reading('bad') })], null, new Set(['bad']));
    expect(usable).toHaveLength(3);
    expect(leftOut).toEqual([{ name: 'renamed.jpg', reason: 'refused', twin: null }]);
  });

  it('are of the kind that most of them have, unless another one was chosen', () => {
    const files = [...photos(3), aFile('walk.mp4')];
    expect(judge(files, null)).toMatchObject({ kind: 'photos', kinds: ['photos', 'video'] });
    expect(judge(files, 'video').usable.map(({ name }) => name)).toEqual(['walk.mp4']);
    expect(judge(files, 'pointcloud').kind).toBe('photos');
  });

  it('come in the order in which people count, so that neighbours stay neighbours', () => {
    const names = judge([aFile('img10.jpg'), aFile('img9.jpg'), aFile('img1.jpg')], null).usable.map(({ name }) => name);
    expect(names).toEqual(['img1.jpg', 'img9.jpg', 'img10.jpg']);
  });

  it('are fewer than advised below twenty photos, and only there', () => {
    expect([judge(photos(19), null).fewPhotos, judge(photos(20), null).fewPhotos]).toEqual([true, false]);
    expect(judge([aFile('walk.mp4')], null).fewPhotos).toBe(false);
  });

  it('make work of a size that is known only where each of them told it', () => {
    expect(featuresOf(photos(3))).toEqual({ files: 3, megapixels: 6, points: null, bytes: 30 });
    const unknown = aFile('4.heic', { reading: reading('4', { megapixels: null }) });
    expect(featuresOf([...photos(3), unknown]).megapixels).toBeNull();
    const cloud = aFile('a.las', { reading: reading('a', { megapixels: null, points: 7 }) });
    expect(featuresOf([cloud])).toMatchObject({ megapixels: null, points: 7 });
  });

  it('have names that the server takes', () => {
    expect(cleanName('a\u0000b\u001f.jpg')).toBe('ab.jpg');
    expect(cleanName(`${'x'.repeat(300)}.jpg`)).toMatch(/^x{251}\.jpg$/);
    expect(cleanName('\u0007')).toBe('file');
    expect(isHidden('.DS_Store') && isHidden('Thumbs.db') && !isHidden('a.jpg')).toBe(true);
  });
});
