import type { Language } from '../words';

/** The same thing in one language or both. */
export type Localised = Readonly<{ ko?: string | undefined; en?: string | undefined }>;

/** In the visitor's language; else in the other one, for something said in it is more than nothing. */
export function said(texts: Localised | null, language: Language): { text: string; language: Language } | null {
  if (texts === null) return null;
  const other = language === 'ko' ? 'en' : 'ko';
  for (const tongue of [language, other] as const) {
    const text = texts[tongue];
    if (text !== undefined && text !== '') return { text, language: tongue };
  }
  return null;
}

export function textOf(texts: Localised | null, language: Language): string {
  return said(texts, language)?.text ?? '';
}
