import { useTranslation } from 'react-i18next';
import { addWords, type Language } from './i18n';

type Values = Record<string, string | number>;

export interface Translation<W extends object> {
  t(key: keyof W & string, values?: Values): string;
  language: string;
  /** A moment as people here write it. */
  moment(iso: string | null): string;
}

/** The words of a part of the console, which come with its code. */
export function featureWords<W extends object>(name: string, words: Record<Language, W>): () => Translation<W> {
  addWords(name, words);
  return () => {
    const { i18n } = useTranslation();
    const translate = i18n.getFixedT(i18n.language, name as 'shell') as unknown as (key: string, values?: Values) => string; // added above
    return {
      t: (key, values) => translate(key, values),
      language: i18n.language,
      moment: (iso) =>
        iso === null ? '–' : new Date(iso).toLocaleString(i18n.language, { dateStyle: 'short', timeStyle: 'medium' }),
    };
  };
}
