import { BlurRequests, type Asked } from './request-api';

const ID = '7f9c24e8-3b12-4fef-91e0-2c4a1b5d6e7f';
const STATUS = {
  ...{ id: ID, state: 'received', receivedAt: '2026-03-01T10:00:00.000Z', answerBy: '2026-03-31T10:00:00.000Z' },
  ...{ answer: null, answeredAt: null },
};
const ASKED: Asked = {
  ...{
    publicationId: ID,
    place: [1, 2, 3],
    view: { position: [0, 0, 1], target: [1, 2, 3] },
    what: 'face',
    note: null,
    contact: null,
  },
};

/** A server that answers so, and what it was asked. */
function serverThat(answers: () => Response): { requests: BlurRequests; asked: { url: string; options: RequestInit }[] } {
  const asked: { url: string; options: RequestInit }[] = [];
  const requests = new BlurRequests((url, options) => {
    asked.push({ url, options });
    return Promise.resolve(answers());
  });
  return { requests, asked };
}
const json = (status: number, body: unknown): Response => new Response(JSON.stringify(body), { status });

describe('a request to be covered', () => {
  it('is sent as it is, without a key, and its state is known', async () => {
    const { requests, asked } = serverThat(() => json(201, STATUS));
    expect(await requests.send(ASKED)).toEqual({ kind: 'known', status: STATUS });
    expect(asked[0]?.url).toBe('/v1/blur-requests');
    expect(JSON.parse(String(asked[0]?.options.body))).toEqual(ASKED);
    expect(Object.keys(asked[0]?.options.headers ?? {})).toEqual(['content-type']);
  });

  it.each([
    [429, { code: 'studio/too-many-blur-requests' }, { kind: 'too-many' }],
    [429, { code: 'platform/rate-limited' }, { kind: 'rate-limited' }],
    [404, { code: 'studio/publication-not-found' }, { kind: 'not-found' }],
    [503, {}, { kind: 'unreachable' }],
    [
      400,
      { detail: 'No', errors: [{ pointer: '/contact', detail: 'An e-mail address' }, 'rubbish', { pointer: 3, detail: 'x' }] },
      {
        ...{ kind: 'refused', detail: 'An e-mail address', pointers: ['/contact'] },
      },
    ],
    [400, { detail: 'No', errors: 'rubbish' }, { kind: 'refused', detail: 'No', pointers: [] }],
    [409, 'rubbish', { kind: 'refused', detail: '', pointers: [] }],
    [200, { id: 'rubbish' }, { kind: 'unreachable' }],
  ])('answered with %d %j is understood', async (status, body, want) => {
    expect(await serverThat(() => json(status, body)).requests.send(ASKED)).toEqual(want);
  });

  it('is looked for only under what can be an address', async () => {
    const { requests, asked } = serverThat(() => json(200, STATUS));
    expect(await requests.read('../me')).toEqual({ kind: 'not-found' });
    expect(asked).toEqual([]);
    expect(await requests.read(ID)).toEqual({ kind: 'known', status: STATUS });
  });

  it('that nobody answers is told so', async () => {
    const requests = new BlurRequests(() => Promise.reject(new TypeError('network')));
    expect(await requests.read(ID)).toEqual({ kind: 'unreachable' });
  });
});
