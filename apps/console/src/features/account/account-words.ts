import { featureWords } from '../../app/feature-words';
import { english, korean, type AccountWords } from './words';

export const useAccountWords = featureWords<AccountWords>('account', { en: english, ko: korean });
