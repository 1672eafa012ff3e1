import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import { english, korean, type Words } from './words';

export type Language = 'en' | 'ko';
const KEY = 'stead.language';

/** `?lang=`, then what was chosen before, then the browser's languages. */
export function preferredLanguage(): Language {
  const asked = new URLSearchParams(location.search).get('lang') ?? localStorage.getItem(KEY);
  if (asked === 'ko' || asked === 'en') return asked;
  return navigator.languages.some((language) => language.toLowerCase().startsWith('ko')) ? 'ko' : 'en';
}

export const i18n = i18next.createInstance();

export function startWords(): void {
  i18n.on('languageChanged', (language) => {
    document.documentElement.lang = language;
  });
  // Everything is in memory already, so this is done when it returns.
  void i18n.use(initReactI18next).init({
    lng: preferredLanguage(),
    fallbackLng: 'en',
    initAsync: false,
    defaultNS: 'shell',
    resources: { en: { shell: english }, ko: { shell: korean } },
    interpolation: { escapeValue: false }, // React does
  });
}

export function chooseLanguage(language: Language): void {
  localStorage.setItem(KEY, language);
  void i18n.changeLanguage(language);
}

/** Words of a part of the console that is loaded later. */
export function addWords<W extends object>(name: string, words: Record<Language, W>): void {
  for (const [language, texts] of Object.entries(words)) i18n.addResourceBundle(language, name, texts, true, true);
}

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'shell';
    resources: { shell: Words };
  }
}
