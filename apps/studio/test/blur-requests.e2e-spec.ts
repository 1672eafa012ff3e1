import { randomUUID } from 'node:crypto';
import { mapVersionReady } from '@stead/contracts/space-maps';
import type {
  BlurRequestStatus,
  BlurRequestView,
  PublicationSettings,
  ReviewView,
  TrailEntryView,
} from '@stead/contracts/studio';
import type { Actor } from '@stead/platform/auth';
import { until } from '@stead/testing/servers';
import { putRecord, reviewedRun, type ReviewedRun } from '../src/testing/reviewed-run';
import { StudioHouse, type Answer } from '../src/testing/studio-house';

const ANYBODY: Actor = { kind: 'anonymous', id: 'anonymous', workspaceId: null, scopes: [] };
const DAY_MS = 24 * 3600 * 1000;
const volume = { shape: 'box', min: [1, 1, 0], max: [2, 2, 2] };

describe('somebody who sees themselves in a published place', () => {
  let house: StudioHouse;
  beforeAll(async () => {
    house = await StudioHouse.open();
  });
  afterAll(() => house.close());

  const publish = async (): Promise<{ run: ReviewedRun; publicationId: string }> => {
    const run = await reviewedRun(house);
    const made = await house.call<PublicationSettings>('POST', '/v1/publications', { spaceMapId: run.spaceMapId });
    return { run, publicationId: made.body.id };
  };
  const ask = (publicationId: string, change: object = {}): Promise<Answer<BlurRequestStatus>> =>
    house.call('POST', '/v1/blur-requests', { publicationId, place: [1.5, 1.5, 1.2], what: 'face', ...change }, {}, ANYBODY);
  const status = (id: string): Promise<Answer<BlurRequestStatus>> =>
    house.call('GET', `/v1/blur-requests/${id}`, undefined, {}, ANYBODY);
  const answer = (id: string, how: 'accept' | 'decline', body: object, headers = {}): Promise<Answer<BlurRequestView>> =>
    house.call('POST', `/v1/privacy/requests/${id}/${how}`, body, headers);

  it('asks without an account, is promised an answer by a day, and sees by the address of the request what has become of it', async () => {
    const { publicationId } = await publish();
    const asked = await ask(publicationId, { note: '  By the window ', contact: 'me@example.org' });
    expect([asked.status, asked.headers.get('location')]).toEqual([201, `/v1/blur-requests/${asked.body.id}`]);
    expect(Date.parse(asked.body.answerBy) - Date.parse(asked.body.receivedAt)).toBe(30 * DAY_MS);
    expect((await status(asked.body.id)).body).toEqual(asked.body);
    expect(JSON.stringify(asked.body)).not.toContain('example.org');
    const listed = await house.call<{ items: BlurRequestView[] }>('GET', '/v1/privacy/requests?state=received');
    expect(listed.body.items[0]).toMatchObject({
      publicationId,
      note: 'By the window',
      contact: 'me@example.org',
      overdue: false,
    });
    const other: Actor = { ...house.actor, workspaceId: randomUUID() };
    const found = await house.call('GET', `/v1/privacy/requests/${asked.body.id}`, undefined, {}, other);
    expect(found.body).toMatchObject({ code: 'studio/blur-request-not-found' });
  });

  it('has the part taken away that is agreed, and is told when visitors see it no more', async () => {
    const { run, publicationId } = await publish();
    await house.call('POST', `/v1/privacy/reviews/${run.review.id}/verdicts`, {
      detections: run.detections.map(({ id }) => id),
      verdict: { verdict: 'blur' },
    });
    await house.call('POST', `/v1/privacy/reviews/${run.review.id}/approve`);
    const { id } = (await ask(publicationId)).body;
    const accepted = await answer(id, 'accept', { volume });
    expect(accepted.body).toMatchObject({ state: 'accepted', reviewId: run.review.id });
    // Approved or not: what was agreed is decided, and is to be shown.
    const review = await house.call<ReviewView>('GET', `/v1/privacy/reviews/${run.review.id}`);
    expect(review.body).toMatchObject({ state: 'open', changes: 1 });
    const applying = (await house.call<ReviewView>('POST', `/v1/privacy/reviews/${run.review.id}/apply`)).body;
    const order = await until(
      'a version is asked for',
      () => house.heard.find(({ payload }) => payload['versionId'] === applying.pendingVersionId)?.payload,
    );
    const runId = String(order['runId']);
    await putRecord(house, runId, 'redact', []);
    await house.tell(mapVersionReady, {
      ...{ spaceMapId: run.spaceMapId, versionId: String(order['versionId']), number: 2, name: 'Great hall', bytes: 1 },
      ...{ bundlePrefix: 'elsewhere/', manifestSha256: 'a'.repeat(64), captureId: run.captureId, runId, epoch: 1 },
      redactionOf: run.review.versionId,
    });
    await until('it is done', async () => (await status(id)).body.state === 'done');
    const trail = await house.call<{ items: TrailEntryView[] }>('GET', `/v1/privacy/requests/${id}/events`);
    expect(trail.body.items.map(({ what, by }) => [what, by])).toEqual([
      ['request.done', 'stead'],
      ['request.accepted', 'anna'],
      ['request.received', 'visitor'],
    ]);
    expect((await answer(id, 'decline', { answer: 'No' })).body).toMatchObject({ code: 'studio/blur-request-answered' });
    // Somebody else asks for the same part: it is gone already.
    const again = (await ask(publicationId)).body;
    expect((await answer(again.id, 'accept', { volume })).body).toMatchObject({ state: 'done' });
  });

  it('is told why not, and of two who answer at once one looks again', async () => {
    const { publicationId } = await publish();
    const { id } = (await ask(publicationId)).body;
    const read = await house.call('GET', `/v1/privacy/requests/${id}`);
    expect((await answer(id, 'decline', { answer: 'No' }, { 'if-match': '"r0"' })).status).toBe(412);
    const declined = await answer(id, 'decline', { answer: 'It is a statue.' }, { 'if-match': read.etag });
    expect(declined.body).toMatchObject({ state: 'declined', answer: 'It is a statue.' });
    expect((await status(id)).body).toMatchObject({ state: 'declined', answer: 'It is a statue.' });
    expect((await answer(id, 'accept', { volume }, { 'if-match': read.etag })).status).toBe(412);
    expect((await answer(id, 'accept', { volume })).body).toMatchObject({ code: 'studio/blur-request-answered' });
  });

  it.each([
    ['a place that is nowhere', { place: [null, 0, 0] }, '/place/0'],
    ['a place beyond the world', { place: [1e9, 0, 0] }, '/place/0'],
    ['a note of 2 MB', { note: 'a'.repeat(20_000) }, '/note'],
    ['text that reads otherwise than it is written', { note: 'abc\u202edef' }, '/note'],
    ['no address of a person', { contact: 'me' }, '/contact'],
    ['something unknown', { what: 'ghost' }, '/what'],
  ])('is told which field is wrong: %s', async (_name, change, pointer) => {
    const { publicationId } = await publish();
    const refused = await ask(publicationId, change);
    expect([refused.status, refused.body.errors?.map((error) => error.pointer)]).toEqual([400, [pointer]]);
  });

  it('finds no more than what it knows the address of', async () => {
    const { publicationId } = await publish();
    expect((await ask(randomUUID())).body).toMatchObject({ code: 'studio/publication-not-found' });
    expect((await status(randomUUID())).body).toMatchObject({ code: 'studio/blur-request-not-found' });
    await house.call('DELETE', `/v1/publications/${publicationId}`);
    expect((await ask(publicationId)).body).toMatchObject({ code: 'studio/publication-not-found' });
  });

  it('cannot fill the house: of one place so many wait, and no more', async () => {
    const { publicationId } = await publish();
    const all = await Promise.all(Array.from({ length: 53 }, () => ask(publicationId)));
    expect(all.filter(({ status: code }) => code === 201)).toHaveLength(50);
    expect(all.filter(({ body }) => body.code === 'studio/too-many-blur-requests')).toHaveLength(3);
  });
});
