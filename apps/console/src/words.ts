/** Every sentence of the page, in each language that it speaks. The compiler refuses a language with a sentence missing. */
const english = {
  skip: 'Skip to content',
  reference: 'API reference',
  otherLanguage: '한국어',
  signIn: 'Sign in',
  signOut: 'Sign out',
  apiKey: 'API key',
  keyRefused: 'This key is not valid. Check that it was copied whole.',
  unreachable: 'The platform does not answer. Trying again…',
  live: 'Live',
  liveRuns: 'Being built',
  maps: 'Space maps',
  noRuns: 'Nothing is being built.',
  noMaps: 'No space map yet. Make one with: stead map create <folder>',
  open: 'Open',
  left: 'left',
  requested: 'requested',
  queued: 'waiting',
  running: 'building',
  succeeded: 'ready',
  failed: 'failed',
  cancelled: 'cancelled',
  points: 'points',
  grade: 'grade',
};
export type Words = typeof english;

const korean: Words = {
  skip: '본문으로 건너뛰기',
  reference: 'API 문서',
  otherLanguage: 'English',
  signIn: '로그인',
  signOut: '로그아웃',
  apiKey: 'API 키',
  keyRefused: '유효하지 않은 키입니다. 전체를 복사했는지 확인하세요.',
  unreachable: '플랫폼이 응답하지 않습니다. 다시 시도하는 중…',
  live: '실시간',
  liveRuns: '만드는 중',
  maps: '스페이스 맵',
  noRuns: '만드는 중인 맵이 없습니다.',
  noMaps: '아직 스페이스 맵이 없습니다. 만들기: stead map create <폴더>',
  open: '열기',
  left: '남음',
  requested: '요청됨',
  queued: '대기 중',
  running: '만드는 중',
  succeeded: '완료',
  failed: '실패',
  cancelled: '취소됨',
  points: '점',
  grade: '등급',
};

export type Language = 'en' | 'ko';
export const WORDS: Record<Language, Words> = { en: english, ko: korean };

export function preferredLanguage(languages: readonly string[], asked: string | null): Language {
  if (asked === 'ko' || asked === 'en') return asked;
  return languages.some((language) => language.toLowerCase().startsWith('ko')) ? 'ko' : 'en';
}
