import { featureWords } from '../../app/feature-words';
import { english, korean, type KeyWords } from './words';

export const useKeyWords = featureWords<KeyWords>('api-keys', { en: english, ko: korean });
