import { featureWords } from '../../app/feature-words';
import { english, korean, type SignInWords } from './words';

export const useSignInWords = featureWords<SignInWords>('sign-in', { en: english, ko: korean });
