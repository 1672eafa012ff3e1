import { publishedSceneSchema } from '@stead/contracts/studio';
import { Catalogue } from './catalogue';
import { entriesOf, filtered } from './entries';
import { readScene } from './read-scene';
import { said } from './said';
import { CONTENT_WORDS } from './words';

const id = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
const hung = (element: Record<string, unknown>, derived: unknown = null) => ({ element, derived });
const scene = {
  schemaVersion: 1,
  name: 'A room',
  start: null,
  metresPerUnit: 1,
  elements: [
    hung({ kind: 'tour', id: id(1), title: { en: 'Around' }, stops: [{ hotspotId: id(3) }, { hotspotId: id(2) }] }),
    hung({
      ...{ kind: 'hotspot', id: id(2), title: { ko: '창문', en: 'Window' }, anchor: [1, 2, 3], category: 'exhibit' },
      text: { en: '<p>Oak and <strong>glass</strong></p>' },
    }),
    hung({ kind: 'hotspot', id: id(3), title: { ko: '탁자' }, anchor: [1, 2, 3] }),
    hung(
      {
        kind: 'measurement',
        id: id(4),
        measured: {
          of: 'distance',
          points: [
            [0, 0, 0],
            [1, 0, 0],
          ],
        },
      },
      { of: 'measurement', measured: { value: 1, error: 0.01, unit: 'm' } },
    ),
    hung({ kind: 'hologram', id: id(5), title: { en: 'From the future' } }),
    hung({ kind: 'route-path', id: id(6), fromId: id(7), toId: id(8) }),
    hung({ kind: 'route-point', id: id(7), position: [0, 0, 0] }),
  ],
  media: [{ id: id(9), path: '../secret' }],
};

describe('the list of contents', () => {
  const catalogue = new Catalogue(readScene(scene));
  const titles = (language: 'en' | 'ko') => entriesOf(catalogue, language, CONTENT_WORDS[language]).map(({ title }) => title);

  it('is in the order of the scene, and leaves out what came after this page and what is no file of ours', () => {
    expect(titles('en')).toEqual(['Around', 'Window', '탁자', 'Distance', 'Route point']);
    expect(catalogue.media(id(9))).toBeNull();
  });

  it('speaks the language of the visitor, and the other one where something was said in that alone', () => {
    expect(titles('ko')).toEqual(['Around', '창문', '탁자', '거리', '경로 지점']);
    expect(said({ ko: '탁자' }, 'en')).toEqual({ text: '탁자', language: 'ko' });
    expect(said({ en: '', ko: '탁자' }, 'en')).toEqual({ text: '탁자', language: 'ko' });
    expect(said(null, 'en')).toBeNull();
  });

  it.each([
    ['window', ['Window']],
    ['창문', ['Window']],
    ['OAK  glass', ['Window']],
    ['strong', []],
    ['exhibit', ['Window']],
    ['1.00 m', ['Distance']],
    ['', ['Around', 'Window', '탁자', 'Distance', 'Route point']],
  ])('looks for %p in names and texts of both languages', (sought, want) => {
    expect(filtered(entriesOf(catalogue, 'en', CONTENT_WORDS.en), sought).map(({ title }) => title)).toEqual(want);
  });

  it('is empty where the file is not one of ours', () => {
    for (const file of [null, {}, 'x', { schemaVersion: 2, elements: [] }]) expect(readScene(file).elements).toEqual([]);
    expect(publishedSceneSchema.safeParse(readScene(null)).success).toBe(true);
  });
});

describe('the words about contents', () => {
  it('are the same in number and blanks in both languages, and Korean in Korean', () => {
    const blanks = (sentence: string): string[] => [...sentence.matchAll(/\{\w+\}/g)].map(([blank]) => blank).sort();
    expect(Object.keys(CONTENT_WORDS.ko).sort()).toEqual(Object.keys(CONTENT_WORDS.en).sort());
    for (const [name, sentence] of Object.entries(CONTENT_WORDS.ko)) {
      expect(sentence).toMatch(/[가-힣]/);
      expect(blanks(sentence)).toEqual(blanks(CONTENT_WORDS.en[name as keyof typeof CONTENT_WORDS.en]));
    }
  });
});
