import { useTranslation } from 'react-i18next';
import { addWords } from '../../app/i18n';
import { english, korean, type OpsWords } from './words';

addWords('ops', { en: english, ko: korean });

type Values = Record<string, string | number>;

export interface OpsTranslation {
  t(key: keyof OpsWords, values?: Values): string;
  language: string;
  /** A moment as people here write it. */
  moment(iso: string | null): string;
}

/** The words of the back office, which came with its code. */
export function useOpsWords(): OpsTranslation {
  const { i18n } = useTranslation();
  const translate = i18n.getFixedT(i18n.language, 'ops' as 'shell') as unknown as (key: string, values?: Values) => string; // added above
  return {
    t: (key, values) => translate(key, values),
    language: i18n.language,
    moment: (iso) =>
      iso === null ? '–' : new Date(iso).toLocaleString(i18n.language, { dateStyle: 'short', timeStyle: 'medium' }),
  };
}
