const UNITS = {
  en: { d: ' d', h: ' h', min: ' min', s: ' s' },
  ko: { d: '일', h: '시간', min: '분', s: '초' },
} as const;

/** `1 d 3 h`, `4분 5초`: two units at most. */
export function duration(seconds: number, language: string): string {
  const { d, h, min, s } = UNITS[language === 'ko' ? 'ko' : 'en'];
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole}${s}`;
  if (whole < 3_600) return joined(Math.floor(whole / 60), min, whole % 60, s);
  if (whole < 86_400) return joined(Math.floor(whole / 3_600), h, Math.floor((whole % 3_600) / 60), min);
  return joined(Math.floor(whole / 86_400), d, Math.floor((whole % 86_400) / 3_600), h);
}

function joined(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return `${large}${largeUnit}${small === 0 ? '' : ` ${small}${smallUnit}`}`;
}
