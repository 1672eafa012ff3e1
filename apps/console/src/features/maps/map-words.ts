import { featureWords, type Translation } from '../../app/feature-words';
import { english, type MapWords } from './english';
import { korean } from './korean';

export type MapTranslation = Translation<MapWords>;

export const useMapWords = featureWords<MapWords>('maps', { en: english, ko: korean });
