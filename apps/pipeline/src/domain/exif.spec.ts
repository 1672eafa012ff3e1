import fc from 'fast-check';
import { focalPxFrom, gpsFrom, takenAtFrom } from './exif';
import type { ExifTags } from './exif';

describe('the focal length in pixels', () => {
  const cases: [string, ExifTags, number, number, number | null][] = [
    ['from the equivalent on film, over the diagonal', { FocalLengthIn35mmFormat: 26 }, 800, 600, 600.9],
    ['the same when the picture stands upright', { FocalLengthIn35mmFormat: 26 }, 600, 800, 600.9],
    // 4.25 mm at 1.4 micrometres per pixel (18,143 pixels per inch) on 4032 pixels.
    [
      'from lens and sensor',
      { FocalLength: 4.25, FocalPlaneXResolution: 18143, FocalPlaneResolutionUnit: 2, ExifImageWidth: 4032 },
      4032,
      3024,
      3035.7,
    ],
    [
      'of a smaller copy that kept its tags',
      { FocalLength: 4.25, FocalPlaneXResolution: 18143, FocalPlaneResolutionUnit: 2, ExifImageWidth: 4032 },
      2016,
      1512,
      1517.9,
    ],
    [
      'from a sensor given in centimetres',
      { FocalLength: 10, FocalPlaneXResolution: 2000, FocalPlaneResolutionUnit: 3 },
      4000,
      3000,
      2000,
    ],
    [
      'the film equivalent before the sensor',
      { FocalLengthIn35mmFormat: 26, FocalLength: 99, FocalPlaneXResolution: 999 },
      800,
      600,
      600.9,
    ],
    ['none from a focal length alone: the sensor is unknown', { FocalLength: 4.25 }, 4032, 3024, null],
    ['none from zero, which cameras write for "unknown"', { FocalLengthIn35mmFormat: 0 }, 800, 600, null],
    ['none from a telescope on a phone', { FocalLengthIn35mmFormat: 2000 }, 800, 600, null],
    ['none from words', { FocalLengthIn35mmFormat: '26 mm' }, 800, 600, null],
    ['none from nothing', {}, 800, 600, null],
  ];
  it.each(cases)('%s', (_case, tags, width, height, want) => {
    const found = focalPxFrom(tags, width, height);
    if (want === null) expect(found).toBeNull();
    else expect(Math.abs((found ?? 0) - want)).toBeLessThan(0.2);
  });

  it('grows with the picture', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 10, max: 300 }),
        fc.integer({ min: 200, max: 5000 }),
        fc.integer({ min: 2, max: 5 }),
        (mm, side, times) => {
          const one = focalPxFrom({ FocalLengthIn35mmFormat: mm }, side, side);
          const more = focalPxFrom({ FocalLengthIn35mmFormat: mm }, side * times, side * times);
          expect(more === null).toBe(one === null);
          if (one !== null && more !== null) expect(more / one).toBeCloseTo(times, 9);
        },
      ),
    );
  });
});

describe('the position', () => {
  it.each<[string, ExifTags, ReturnType<typeof gpsFrom>]>([
    ['with height', { latitude: 55.7, longitude: 13.2, GPSAltitude: 40 }, { latitude: 55.7, longitude: 13.2, altitudeM: 40 }],
    [
      'below the sea',
      { latitude: 52, longitude: 4, GPSAltitude: 3, GPSAltitudeRef: new Uint8Array([1]) },
      { latitude: 52, longitude: 4, altitudeM: -3 },
    ],
    ['without height', { latitude: -48.9, longitude: -123.4 }, { latitude: -48.9, longitude: -123.4, altitudeM: null }],
    ['none at 0/0, which devices without a fix write', { latitude: 0, longitude: 0 }, null],
    ['none off the globe', { latitude: 91, longitude: 0 }, null],
    ['none from half of one', { latitude: 50 }, null],
    ['none that is no number', { latitude: NaN, longitude: 4 }, null],
  ])('%s', (_case, tags, want) => expect(gpsFrom(tags)).toEqual(want));
});

describe('the time', () => {
  it.each<[string, ExifTags, string | null]>([
    ['local', { DateTimeOriginal: '2024:05:01 10:00:01' }, '2024-05-01T10:00:01'],
    ['with an offset', { DateTimeOriginal: '2024:05:01 10:00:01', OffsetTimeOriginal: '+02:00' }, '2024-05-01T10:00:01+02:00'],
    [
      'without an offset that is none',
      { DateTimeOriginal: '2024:05:01 10:00:01', OffsetTimeOriginal: '   ' },
      '2024-05-01T10:00:01',
    ],
    ['none where the clock was never set', { DateTimeOriginal: '0000:00:00 00:00:00' }, null],
    ['none from rubbish', { DateTimeOriginal: 'yesterday' }, null],
  ])('%s', (_case, tags, want) => expect(takenAtFrom(tags)).toBe(want));
});
