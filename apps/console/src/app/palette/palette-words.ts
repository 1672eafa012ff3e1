import { featureWords } from '../feature-words';

const english = {
  title: 'Go to a page, a map, a run or a publication',
  what: 'Name of a page, a map, a run or a publication',
  results: 'Found',
  nothing: 'Nothing is called that.',
  searching: 'Searching…',
  found: '{{count}} found',
  page: 'page',
  map: 'map',
  run: 'run',
  publication: 'publication',
  home: 'Home',
  newMap: 'New map',
  publications: 'Publications',
  backOffice: 'Back office',
  keys: '↑ ↓ choose, Enter opens, Esc closes.',
  close: 'Close',
};
export type PaletteWords = typeof english;
const korean: PaletteWords = {
  title: '페이지, 맵, 실행, 게시물로 이동',
  what: '페이지, 맵, 실행 또는 게시물의 이름',
  results: '찾은 것',
  nothing: '그런 이름이 없습니다.',
  searching: '찾는 중…',
  found: '{{count}}개 찾음',
  page: '페이지',
  map: '맵',
  run: '실행',
  publication: '게시물',
  home: '홈',
  newMap: '새 맵',
  publications: '게시물',
  backOffice: '백오피스',
  keys: '↑ ↓ 선택, Enter 열기, Esc 닫기.',
  close: '닫기',
};

export const usePaletteWords = featureWords<PaletteWords>('palette', { en: english, ko: korean });
