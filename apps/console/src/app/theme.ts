import { createTheme, type MantineColorScheme, type MantineColorSchemeManager } from '@mantine/core';

/** Fonts that systems have, those with Hangul included: nothing is fetched for text. */
const FONTS = [
  ...["'Pretendard Variable'", 'Pretendard', 'system-ui', '-apple-system', "'Segoe UI'", 'Roboto'],
  ...["'Apple SD Gothic Neo'", "'Malgun Gothic'", "'Noto Sans KR'", "'Noto Sans CJK KR'", 'sans-serif'],
].join(', ');

export const theme = createTheme({
  fontFamily: FONTS,
  headings: { fontFamily: FONTS },
  fontFamilyMonospace: "ui-monospace, SFMono-Regular, Menlo, Consolas, 'D2Coding', 'Noto Sans Mono CJK KR', monospace",
  primaryColor: 'teal',
  // White on it is readable in both schemes.
  primaryShade: 9,
  defaultRadius: 'md',
  cursorType: 'pointer',
  respectReducedMotion: true,
});

const KEY = 'stead.scheme';

/** As the system is, until somebody chooses; kept in the browser. */
export const schemes: MantineColorSchemeManager = {
  get: (fallback) => {
    const kept = localStorage.getItem(KEY);
    return kept === 'light' || kept === 'dark' ? kept : fallback;
  },
  set: (value: MantineColorScheme) => localStorage.setItem(KEY, value),
  subscribe: () => undefined,
  unsubscribe: () => undefined,
  clear: () => localStorage.removeItem(KEY),
};
