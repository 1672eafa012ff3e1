import { featureWords, type Translation } from '../../app/feature-words';
import { english, korean, type OpsWords } from './words';

export type OpsTranslation = Translation<OpsWords>;

export const useOpsWords = featureWords<OpsWords>('ops', { en: english, ko: korean });
