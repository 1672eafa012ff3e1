import { compare, documentedAnswers, linesOf, routesOf } from './document.cjs';

const tag = { headers: { ETag: {} } };
const paths = {
  '/v1/things': { get: { responses: { 200: {}, default: {} } } },
  '/v1/things/{thingId}': { get: { responses: { 200: tag, 404: {}, default: {} } } },
  '/v1/things/test': { post: { responses: { 200: {} } }, get: { responses: { 200: {} } } },
};
const documented = documentedAnswers({ paths });
const routeOf = routesOf({ paths });

describe('what of the document of the API was answered', () => {
  it('is counted by route, status and header', () => {
    expect(documented).toContain('GET /v1/things/{thingId} 200');
    expect(documented).toContain('GET /v1/things/{thingId} 200 ETag');
    expect(documented).toHaveLength(8);
  });

  it.each([
    ['GET', '/v1/things?limit=2', 'GET /v1/things'],
    ['GET', '/v1/things/7', 'GET /v1/things/{thingId}'],
    ['GET', '/v1/things/test', 'GET /v1/things/test'],
    ['POST', '/v1/things/test', 'POST /v1/things/test'],
    ['POST', '/v1/things/7', null],
    ['GET', '/v1/things/7/parts', null],
    ['GET', '/apis/argoproj.io/v1/things', null],
  ])('takes %s %s for %s', (method, url, route) => expect(routeOf(method, url)).toBe(route));

  it('names what nobody was answered with, what nobody documented, and what is excused without need', () => {
    const heard = [
      ...linesOf('GET /v1/things', 200, ['etag', 'date']),
      ...linesOf('GET /v1/things', 503, []),
      ...linesOf('GET /v1/things/{thingId}', 404, []),
    ];
    const excused = { 'GET /v1/things 200': 'heard', 'GET /v1/things/test 200': 'nobody asks', 'GET /v1/gone 200': 'not there' };
    expect(compare(documented, heard, excused)).toEqual({
      never: [
        'GET /v1/things/{thingId} 200',
        'GET /v1/things/{thingId} 200 ETag',
        'GET /v1/things/{thingId} default',
        'POST /v1/things/test 200',
      ],
      undocumented: ['GET /v1/things 200 ETag'],
      needless: ['GET /v1/things 200', 'GET /v1/gone 200'],
    });
  });

  it('takes a refusal that a route does not name for its default, and one that it names for itself', () => {
    const { never } = compare(documented, ['GET /v1/things/{thingId} 404', 'GET /v1/things 429'], {});
    expect(never).not.toContain('GET /v1/things/{thingId} 404');
    expect(never).toContain('GET /v1/things/{thingId} default');
    expect(never).not.toContain('GET /v1/things default');
  });
});
