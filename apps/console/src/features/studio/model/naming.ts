import { inOrder } from './arrange';
import type { StudioTranslation } from '../studio-words';
import type { Derived, DerivedOf, Element, Kind, Localised, SceneElement } from './types';

export const KIND_WORDS = {
  hotspot: 'kindHotspot',
  tour: 'kindTour',
  measurement: 'kindMeasurement',
  calibration: 'kindCalibration',
  'plan-alignment': 'kindPlan',
  'ar-anchor': 'kindAnchor',
  'route-point': 'kindRoutePoint',
  'route-path': 'kindRoutePath',
  redaction: 'kindRedaction',
} as const satisfies Record<Kind, string>;

/** In the language of the page, else in the other one. */
export function said(text: Localised | null, language: string): string {
  if (text === null) return '';
  const { ko, en } = text;
  return (language.startsWith('ko') ? ko || en : en || ko) ?? '';
}

/** What an element is called in lists: its title, else what it is. */
export function nameOf(element: Element, all: readonly SceneElement[], words: StudioTranslation): string {
  const { t, language } = words;
  if (element.kind === 'route-path') {
    const end = (id: string): string => {
      const point = all.find(({ element: one }) => one.id === id)?.element;
      return point === undefined ? '?' : nameOf(point, all, words);
    };
    return `${end(element.fromId)} → ${end(element.toId)}`;
  }
  const title = element.kind === 'calibration' ? '' : said(element.title, language);
  if (title !== '') return title;
  const same = inOrder(all.filter(({ element: one }) => one.kind === element.kind));
  return t('untitled', {
    kind: t(KIND_WORDS[element.kind]),
    number: same.findIndex(({ element: one }) => one.id === element.id) + 1,
  });
}

const UNITS = { m: 'm', m2: 'm²', unit: 'u', unit2: 'u²' } as const;
const DIGITS_MAX = 4;

/** `3.42 m ± 0.02 m`: no more digits than the error leaves meaning to; three significant ones where it is not known. */
export function quantity({ value, error, unit }: DerivedOf<'measurement'>['measured'], language: string): string {
  const digits = error === null || error <= 0 ? digitsOf(value, 3) : digitsOf(error, 1);
  const number = (amount: number): string =>
    new Intl.NumberFormat(language, { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(amount);
  const text = `${number(value)} ${UNITS[unit]}`;
  return error === null ? text : `${text} ± ${number(error)} ${UNITS[unit]}`;
}

function digitsOf(amount: number, significant: number): number {
  if (!(Math.abs(amount) > 0)) return 2;
  return Math.min(DIGITS_MAX, Math.max(0, significant - 1 - Math.floor(Math.log10(Math.abs(amount)))));
}

/** One line of what studio has worked out. */
export function workedOut(derived: Derived | null, { t, language }: StudioTranslation): string {
  switch (derived?.of) {
    case 'measurement':
      return quantity(derived.measured, language);
    case 'calibration': {
      const percent = derived.relativeError === null ? null : (derived.relativeError * 100).toPrecision(2);
      const length = derived.metresPerUnit.toPrecision(4);
      return percent === null ? t('scaleIs', { length }) : t('scaleIsAbout', { length, percent });
    }
    case 'plan-alignment':
      return derived.residual === null ? t('planExact') : t('planResidual', { residual: derived.residual.toPrecision(2) });
    case 'route-path': {
      const length =
        derived.lengthM === null ? '' : `${quantity({ value: derived.lengthM, error: null, unit: 'm' }, language)} · `;
      return length + t(WHEELCHAIR[derived.wheelchair]);
    }
    default:
      return '';
  }
}

export const WHEELCHAIR = { yes: 'wheelchairYes', no: 'wheelchairNo', unsure: 'wheelchairUnsure' } as const;
export const REASONS = {
  narrow: 'reasonNarrow',
  steep: 'reasonSteep',
  step: 'reasonStep',
  'no-turning': 'reasonTurning',
  'width-unknown': 'reasonWidthUnknown',
  'step-unknown': 'reasonStepUnknown',
  'turning-unknown': 'reasonTurningUnknown',
  unconfirmed: 'reasonUnconfirmed',
} as const satisfies Record<DerivedOf<'route-path'>['reasons'][number], string>;
