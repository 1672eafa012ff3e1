import type { Derived } from '@stead/contracts/studio';
import type { Language } from '../words';

type Measured = Extract<Derived, { of: 'measurement' }>['measured'];

const UNITS: Record<Measured['unit'], string> = { m: 'm', m2: 'm²', unit: 'u', unit2: 'u²' };
const DIGITS_MAX = 4;

/** `3.42 m ± 0.02 m`: no more digits than the error leaves meaning to; three significant ones where it is not known. */
export function quantityText({ value, error, unit }: Measured, language: Language): string {
  const symbol = UNITS[unit];
  const digits = error === null || error <= 0 ? digitsOf(value, 3) : digitsOf(error, 1);
  const number = (amount: number): string =>
    new Intl.NumberFormat(language, { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(amount);
  return error === null ? `${number(value)} ${symbol}` : `${number(value)} ${symbol} ± ${number(error)} ${symbol}`;
}

/** A length that a visitor has measured: in metres where the scale is known. */
export function lengthText(units: number, metresPerUnit: number | null, language: Language): string {
  const measured =
    metresPerUnit === null ? { value: units, unit: 'unit' as const } : { value: units * metresPerUnit, unit: 'm' as const };
  return quantityText({ ...measured, error: null }, language);
}

function digitsOf(amount: number, significant: number): number {
  if (!(Math.abs(amount) > 0)) return 2;
  return Math.min(DIGITS_MAX, Math.max(0, significant - 1 - Math.floor(Math.log10(Math.abs(amount)))));
}
