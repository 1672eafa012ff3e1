import { featureWords, type Translation } from '../../app/feature-words';
import { english, type PrivacyWords } from './english';
import { korean } from './korean';

export type PrivacyTranslation = Translation<PrivacyWords>;
export type Word = keyof PrivacyWords;

export const usePrivacyWords = featureWords<PrivacyWords>('privacy', { en: english, ko: korean });
