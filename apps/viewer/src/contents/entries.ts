import type { Language } from '../words';
import type { Catalogue, Listed, ListedKind } from './catalogue';
import { quantityText } from './quantity';
import { textOf } from './said';
import { fill } from '../words';
import type { ContentWords } from './words';

export interface Entry {
  readonly id: string;
  readonly kind: ListedKind;
  readonly title: string;
  /** A few words beside it. */
  readonly note: string;
  /** What the filter looks at, in both languages: one may know a thing by its other name. */
  readonly sought: string;
}

/** What the list of contents shows, in the order of the scene. */
export function entriesOf(catalogue: Catalogue, language: Language, words: ContentWords): Entry[] {
  return catalogue.listed.map((element) => {
    const title = titleOf(element, language, words);
    const note = noteOf(element, catalogue, language, words);
    const tongues = [element.title?.ko, element.title?.en, ...textsOf(element)];
    return { id: element.id, kind: element.kind, title, note, sought: normal([title, note, ...tongues].join(' ')) };
  });
}

export function filtered(entries: readonly Entry[], sought: string): readonly Entry[] {
  const words = normal(sought).split(/\s+/).filter(Boolean);
  return entries.filter((entry) => words.every((word) => entry.sought.includes(word)));
}

/** An element that was given no title is called what it is. */
export function titleOf(element: Listed, language: Language, words: ContentWords): string {
  const title = textOf(element.title, language);
  if (title !== '') return title;
  if (element.kind === 'measurement') return words[`one-measurement-${element.measured.of}`];
  return words['one-route-point'];
}

function noteOf(element: Listed, catalogue: Catalogue, language: Language, words: ContentWords): string {
  switch (element.kind) {
    case 'hotspot':
      return element.category === null ? '' : words[`category-${element.category}`];
    case 'tour':
      return fill(words.tourStops, { stops: String(element.stops.length) });
    case 'measurement': {
      const derived = catalogue.derived(element.id, 'measurement');
      return derived === null ? '' : quantityText(derived.measured, language);
    }
    case 'route-point':
    case 'ar-anchor':
      return '';
  }
}

/** Without its tags: nobody looks for `strong`. */
function textsOf(element: Listed): string[] {
  if (element.kind !== 'hotspot' || element.text === null) return [];
  return [element.text.ko, element.text.en].map((html) => (html ?? '').replaceAll(/<[^>]*>/g, ' '));
}

/** Case, width and composed marks do not matter. */
function normal(text: string): string {
  return text.normalize('NFKC').toLowerCase();
}
