import { featureWords, type Translation } from '../../app/feature-words';
import { english, type StudioWords } from './english';
import { korean } from './korean';

export type StudioTranslation = Translation<StudioWords>;

export const useStudioWords = featureWords<StudioWords>('studio', { en: english, ko: korean });
