import { featureWords } from '../../app/feature-words';
import { english, korean, type AnalyticsWords } from './words';

export const useAnalyticsWords = featureWords<AnalyticsWords>('analytics', { en: english, ko: korean });
