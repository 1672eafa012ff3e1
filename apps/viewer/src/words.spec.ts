import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { WORDS, fill, preferredLanguage } from './words';

const words = Object.keys(WORDS.en) as (keyof typeof WORDS.en)[];
/** Names of keys are the same in both. */
const SAME = new Set<string>(words.filter((name) => name.startsWith('key')));

describe('the words of the page', () => {
  it('are the same in number and kind in both languages, none empty, each with the same blanks', () => {
    expect(Object.keys(WORDS.ko).sort()).toEqual([...words].sort());
    const blanks = (sentence: string): string[] => [...sentence.matchAll(/\{\w+\}/g)].map(([blank]) => blank).sort();
    for (const name of words) {
      expect(WORDS.en[name]).not.toBe('');
      expect(blanks(WORDS.ko[name])).toEqual(blanks(WORDS.en[name]));
    }
  });

  it('are Korean in Korean', () => {
    const untranslated = words.filter((name) => !SAME.has(name) && name !== 'otherLanguage' && !/[가-힣]/.test(WORDS.ko[name]));
    expect(untranslated).toEqual([]);
  });

  it('have every name that index.html asks for', () => {
    const html = readFileSync(join(__dirname, '../index.html'), 'utf8');
    const asked = [...html.matchAll(/data-(?:text|label)="(\w+)"/g)].map(([, name]) => name);
    expect(asked.length).toBeGreaterThan(10);
    expect(asked.filter((name) => !words.includes(name as keyof typeof WORDS.en))).toEqual([]);
  });

  it('fill their blanks, and leave unknown ones to be seen', () => {
    expect(fill('{points} of {all}', { points: '3' })).toBe('3 of {all}');
  });
});

describe('the language', () => {
  it.each([
    [['ko-KR', 'en'], null, 'ko'],
    [['en-GB', 'ko'], null, 'en'],
    [['fr', 'ko'], null, 'ko'],
    [['fr', 'de'], null, 'en'],
    [[], null, 'en'],
    [['en'], 'ko', 'ko'],
    [['ko'], 'EN-us', 'en'],
    [['ko'], 'tlh', 'ko'],
    [['ko'], 'constructor', 'ko'],
  ])('for %p asked as %p is %s', (languages, asked, want) => {
    expect(preferredLanguage(languages, asked)).toBe(want);
  });
});
