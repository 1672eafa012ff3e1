import { featureWords, type Translation } from '../../app/feature-words';
import { english, type PublicationWords } from './english';
import { korean } from './korean';

export type PublicationTranslation = Translation<PublicationWords>;

export const usePublicationWords = featureWords<PublicationWords>('publications', { en: english, ko: korean });
