const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;

/** `40.2 MB`, by thousands, as disks and networks count. */
export function sizeText(bytes: number, language: string): string {
  const power = Math.min(UNITS.length - 1, bytes < 1 ? 0 : Math.floor(Math.log10(bytes) / 3));
  const options = { style: 'unit', unit: UNITS[power], unitDisplay: 'short', maximumFractionDigits: 1 } as const;
  return new Intl.NumberFormat(language, options).format(bytes / 1000 ** power);
}

/** In the currency of the clusters' prices, which has no name here. What is not nothing is not shown as nothing. */
export function moneyText(amount: number, language: string): string {
  const digits = amount > 0 && amount < 0.1 ? 4 : 2;
  return new Intl.NumberFormat(language, { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(amount);
}
