import { passedCookie } from './passed-cookie';

const COOKIE = 'stead-refresh=str_x';

describe('cookies that services are sent', () => {
  it.each<[string, string | undefined, string | null]>([
    ['/v1/sessions/refresh', `theme=dark; ${COOKIE}; other=1`, COOKIE],
    ['/v1/sessions/end?x=1', COOKIE, COOKIE],
    ['/v1/sessions', COOKIE, COOKIE],
    ['/v1/sessions/refresh', 'not-stead-refresh=a; stead-refreshed=b', null],
    ['/v1/sessions/refresh', undefined, null],
    ['/v1/sessionsx', COOKIE, null],
    ['/v1/me', COOKIE, null],
    ['/v1/space-maps?next=/v1/sessions/', COOKIE, null],
  ])('%s with %s: %s', (url, header, passed) => {
    expect(passedCookie(url, header)).toBe(passed);
  });
});
