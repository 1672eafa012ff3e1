import type { PublicationView } from '@stead/contracts/viewing';
import { Places, placeOf, type Answer } from './open-place';
import { Renewal } from './renewal';

const ID = '3b241101-e2bb-4255-8caf-4136c566a962';
const view: PublicationView = {
  id: ID,
  title: 'A room',
  visibility: 'link',
  versionId: '0d9b7a52-6a44-4b6c-9a35-0f2b1a5a8a10',
  posterUrl: '/t/a/poster.jpg',
  tilesetUrl: '/t/a/tiles/tileset.json',
  planUrl: null,
  camerasUrl: null,
  splat: null,
  photos: false,
  downloadUrl: null,
  access: 'full',
  sceneUrl: null,
  expiresAt: '2026-03-01T10:20:00.000Z',
  start: { position: [0, 0, 1.6], target: [1, 0, 1.6] },
  bounds: { min: [0, 0, 0], max: [1, 1, 1] },
  units: 'metre',
  quality: { grade: 'B', points: 10, images: null, registered: null },
  attribution: { builtAt: '2026-03-01T09:00:00.000Z', pipeline: 'space-map 1' },
};

describe('the address of the page', () => {
  it.each([
    [`/v/${ID}`, ID],
    [`/v/${ID}/`, ID],
    [`/v/${ID.toUpperCase()}`, ID],
    ['/v/', null],
    ['/v/x', null],
    [`/v/${ID}/more`, null],
    [`/w/${ID}`, null],
  ])('%s names %s', (path, want) => expect(placeOf(path)).toBe(want));
});

describe('opening a place', () => {
  const json = (body: unknown, status = 200, headers: Record<string, string> = {}) =>
    new Response(JSON.stringify(body), { status, headers });
  const places = (answer: Response | Error, key: string | null = null) => {
    const asked: { url: string; options: RequestInit }[] = [];
    const fetchJson = (url: string, options: RequestInit) => {
      asked.push({ url, options });
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    };
    const reader = new Places(
      fetchJson,
      () => 0,
      () => key,
    );
    return { reader, asked };
  };

  it('counts the lifetime by the clock of the server, for the visitor may have any', async () => {
    const { reader } = places(json({ visit: 'v1', publication: view }, 200, { date: 'Sun, 01 Mar 2026 10:00:00 GMT' }));
    expect(await reader.open({ place: ID })).toEqual({ kind: 'open', visit: 'v1', view, lifetimeMs: 20 * 60_000 });
  });

  it('is asked for once with a password, and read again within the visit that this gave', async () => {
    const opened = places(json({ visit: 'v1', publication: view }));
    await opened.reader.open({ place: ID, password: 'open sesame' });
    expect(opened.asked[0]).toMatchObject({
      url: '/v1/visits',
      options: { method: 'POST', body: JSON.stringify({ place: ID, password: 'open sesame' }) },
    });
    const renewed = places(json(view));
    expect(await renewed.reader.renew({ visit: 'v1', view })).toMatchObject({ kind: 'open', visit: 'v1' });
    expect(renewed.asked[0]).toMatchObject({ url: `/v1/publications/${ID}`, options: { headers: { 'stead-visit': 'v1' } } });
  });

  it('carries the key of a visitor who is signed in, and no header without one', async () => {
    const member = places(json(view), 'stk_1');
    await member.reader.open({ place: ID });
    expect(member.asked[0]?.options.headers).toMatchObject({ authorization: 'Bearer stk_1' });
    const guest = places(json(view));
    await guest.reader.open({ place: ID });
    expect(guest.asked[0]?.options.headers).not.toHaveProperty('authorization');
  });

  it('is opened for who has a key that has ended as for everybody', async () => {
    const asked: (string | undefined)[] = [];
    const reader = new Places(
      (_, { headers }) => {
        const { authorization } = headers as Record<string, string>;
        asked.push(authorization);
        return Promise.resolve(
          authorization === undefined
            ? json({ visit: 'v1', publication: view })
            : json({ code: 'platform/unauthenticated' }, 401),
        );
      },
      () => 0,
      () => 'stk_ended',
    );
    expect(await reader.open({ place: ID })).toMatchObject({ kind: 'open' });
    expect(asked).toEqual(['Bearer stk_ended', undefined]);
  });

  const problem = (code: string, status: number, headers: Record<string, string> = {}) => json({ code }, status, headers);
  it.each<[string, Response | Error, Exclude<Answer, { kind: 'open' }>]>([
    ['404 without a code', json({}, 404), { kind: 'not-found' }],
    ['what does not exist, or is private', problem('viewing/publication-not-found', 404), { kind: 'not-found' }],
    [
      'not ready',
      problem('viewing/publication-not-ready', 503, { 'retry-after': '3' }),
      { kind: 'not-ready', retryAfterMs: 3000 },
    ],
    ['a password is needed', problem('viewing/password-required', 401), { kind: 'password', wrong: false }],
    ['the password is wrong', problem('viewing/password-wrong', 403), { kind: 'password', wrong: true }],
    ['signing in is needed', problem('viewing/sign-in-required', 401), { kind: 'sign-in' }],
    ['it is for members', problem('viewing/members-only', 403), { kind: 'members-only' }],
    ['it has a price', problem('viewing/payment-required', 402), { kind: 'payment' }],
    ['the link has ended', problem('viewing/link-expired', 403), { kind: 'link-expired' }],
    ['the link was used as often as it may be', problem('viewing/link-used-up', 403), { kind: 'link-used-up' }],
    [
      'too many tries',
      problem('platform/rate-limited', 429, { 'retry-after': '40' }),
      { kind: 'too-many', retryAfterMs: 40_000 },
    ],
    [
      'too many tries, said by something before us',
      new Response('slow', { status: 429 }),
      { kind: 'too-many', retryAfterMs: 30_000 },
    ],
    ['503 of something else', problem('platform/unavailable', 503), { kind: 'unreachable' }],
    ['a code that is none', problem('constructor', 403), { kind: 'unreachable' }],
    ['no network', new TypeError('failed to fetch'), { kind: 'unreachable' }],
    ['the page of a captive portal', new Response('<html>Sign in</html>'), { kind: 'unreachable' }],
    ['JSON of another shape', json({ hello: 'world' }), { kind: 'unreachable' }],
  ])('understands: %s', async (_, answer, want) => expect(await places(answer).reader.open({ place: ID })).toEqual(want));
});

describe('renewal', () => {
  type Said = 'open' | 'not-found' | 'unreachable' | 'too-many';
  const answerOf = (kind: Said): Answer => {
    if (kind === 'open') return { kind, visit: 'v', view, lifetimeMs: 100_000 };
    return kind === 'too-many' ? { kind, retryAfterMs: 60_000 } : { kind };
  };
  const start = (answers: Said[], reopened: Said = 'not-found') => {
    const log: string[] = [];
    const timers: { ms: number; work: () => void; cancelled: boolean }[] = [];
    let reads = 0;
    const renewal = new Renewal({
      read: () => {
        const kind = answers[reads] ?? 'open';
        reads += 1;
        return Promise.resolve(answerOf(kind));
      },
      reopen: () => {
        log.push('reopened');
        return Promise.resolve(answerOf(reopened));
      },
      onRenewed: () => log.push('renewed'),
      onRefused: ({ kind }) => log.push(kind),
      schedule: (ms, work) => {
        const timer = { ms, work, cancelled: false };
        timers.push(timer);
        return () => (timer.cancelled = true);
      },
    });
    return { renewal, log, pending: () => timers.filter(({ cancelled }) => !cancelled).at(-1), reads: () => reads };
  };

  it('happens well before the time is over, again and again', async () => {
    const { renewal, pending, log } = start([]);
    renewal.start(100_000);
    expect(pending()?.ms).toBe(75_000);
    await renewal.now();
    expect(log).toEqual(['renewed']);
    expect(pending()?.ms).toBe(75_000);
  });

  it('asks the server once, however many tiles were refused at the same moment', async () => {
    const { renewal, reads } = start([]);
    expect(await Promise.all([renewal.now(), renewal.now(), renewal.now()])).toEqual([true, true, true]);
    expect(reads()).toBe(1);
  });

  it('goes on trying while the server is away, and says that nothing is lost yet', async () => {
    const { renewal, pending, log } = start(['unreachable', 'open']);
    expect(await renewal.now()).toBe(true);
    expect(log).toEqual([]);
    expect(pending()?.ms).toBe(10_000);
  });

  it('ends for good when the publication is withdrawn', async () => {
    const { renewal, log, reads } = start(['not-found']);
    renewal.start(100_000);
    expect(await renewal.now()).toBe(false);
    expect(log).toEqual(['reopened', 'not-found']);
    expect(await renewal.now()).toBe(false);
    expect(reads()).toBe(1);
  });

  it('goes on in a new visit where the first one has run out and access has not', async () => {
    const { renewal, log, pending } = start(['not-found'], 'open');
    expect(await renewal.now()).toBe(true);
    expect(log).toEqual(['reopened', 'renewed']);
    expect(pending()?.ms).toBe(75_000);
  });

  it('waits as long as a server that is asked too often says', async () => {
    const { renewal, pending } = start(['too-many']);
    expect(await renewal.now()).toBe(true);
    expect(pending()?.ms).toBe(60_000);
  });

  it('does not overflow the timers of browsers, nor hammer on a lifetime of nothing', () => {
    const { renewal, pending } = start([]);
    renewal.start(1e12);
    expect(pending()?.ms).toBe(2_000_000_000);
    renewal.start(-5);
    expect(pending()?.ms).toBe(5_000);
  });
});
