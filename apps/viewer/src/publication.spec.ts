import type { PublicationView } from '@stead/contracts/viewing';
import { publicationIdOf, readPublication } from './publication';
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
  ])('%s names %s', (path, want) => expect(publicationIdOf(path)).toBe(want));
});

describe('reading a publication', () => {
  const read = (answer: Response | Error) =>
    readPublication(
      ID,
      () => (answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer)),
      () => 0,
    );
  const json = (body: unknown, status = 200, headers: Record<string, string> = {}) =>
    new Response(JSON.stringify(body), { status, headers });

  it('counts its lifetime by the clock of the server, for the visitor may have any', async () => {
    const answer = await read(json(view, 200, { date: 'Sun, 01 Mar 2026 10:00:00 GMT' }));
    expect(answer).toEqual({ kind: 'ready', view, lifetimeMs: 20 * 60_000 });
  });

  it.each<[string, Response | Error, unknown]>([
    ['404', json({}, 404), { kind: 'not-found' }],
    [
      'not ready',
      json({ code: 'viewing/publication-not-ready' }, 503, { 'retry-after': '3' }),
      { kind: 'not-ready', retryAfterMs: 3000 },
    ],
    ['503 of something else', json({ code: 'platform/unavailable' }, 503), { kind: 'unreachable' }],
    ['no network', new TypeError('failed to fetch'), { kind: 'unreachable' }],
    ['the page of a captive portal', new Response('<html>Sign in</html>'), { kind: 'unreachable' }],
    ['JSON of another shape', json({ hello: 'world' }), { kind: 'unreachable' }],
  ])('understands %s', async (_, answer, want) => expect(await read(answer)).toEqual(want));
});

describe('renewal', () => {
  const start = (answers: ('ready' | 'not-found' | 'unreachable')[]) => {
    const log: string[] = [];
    const timers: { ms: number; work: () => void; cancelled: boolean }[] = [];
    let reads = 0;
    const renewal = new Renewal({
      read: () => {
        const kind = answers[reads] ?? 'ready';
        reads += 1;
        return Promise.resolve(kind === 'ready' ? { kind, view, lifetimeMs: 100_000 } : { kind });
      },
      onRenewed: () => log.push('renewed'),
      onGone: () => log.push('gone'),
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
    const { renewal, pending, log } = start(['unreachable', 'ready']);
    expect(await renewal.now()).toBe(true);
    expect(log).toEqual([]);
    expect(pending()?.ms).toBe(10_000);
  });

  it('ends for good when the publication is withdrawn', async () => {
    const { renewal, log, reads } = start(['not-found']);
    renewal.start(100_000);
    expect(await renewal.now()).toBe(false);
    expect(log).toEqual(['gone']);
    expect(await renewal.now()).toBe(false);
    expect(reads()).toBe(1);
  });

  it('does not overflow the timers of browsers, nor hammer on a lifetime of nothing', () => {
    const { renewal, pending } = start([]);
    renewal.start(1e12);
    expect(pending()?.ms).toBe(2_000_000_000);
    renewal.start(-5);
    expect(pending()?.ms).toBe(5_000);
  });
});
