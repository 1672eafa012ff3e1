import { featureWords } from '../../app/feature-words';
import { english, korean, type MemberWords } from './words';

export const useMemberWords = featureWords<MemberWords>('members', { en: english, ko: korean });
