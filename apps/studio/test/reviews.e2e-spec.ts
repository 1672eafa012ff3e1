import { createHash, randomUUID } from 'node:crypto';
import sharp from 'sharp';
import { keys, redactionPlanSchema, type RedactionPlan, type StoredFile } from '@stead/contracts/pipeline';
import { mapVersionChanged, mapVersionReady, spaceMapDeleted } from '@stead/contracts/space-maps';
import type { DetectionView, PublicationSettings, ReviewView, SceneView, TrailEntryView } from '@stead/contracts/studio';
import { originalsErased } from '@stead/contracts/workspaces';
import type { Actor } from '@stead/platform/auth';
import { newId } from '@stead/platform/ids';
import { Vault, sealBytes } from '@stead/platform/sealed-objects';
import { until } from '@stead/testing/servers';
import { erasureOf } from '../src/worker.module';
import { anInput } from '../src/testing/element.builder';
import { PICTURE, putRecord, reviewedRun, type ReviewedRun } from '../src/testing/reviewed-run';
import { StudioHouse, VAULT_KEY, type Answer } from '../src/testing/studio-house';

const OPEN_POLICY = { gate: 'none', twoPersons: false, eraseAfterDays: null, answerWithinDays: 30 };

describe('a privacy review', () => {
  let house: StudioHouse;
  beforeAll(async () => {
    house = await StudioHouse.open();
  });
  afterAll(() => house.close());
  afterEach(() => house.call('PUT', '/v1/privacy/policy', OPEN_POLICY));

  const on = <Body = ReviewView>({ review }: ReviewedRun, method: string, path = '', body?: unknown, headers = {}, as?: Actor) =>
    house.call<Body>(method, `/v1/privacy/reviews/${review.id}${path}`, body, headers, as);
  const decide = (run: ReviewedRun, ids: string[], verdict: object, as?: Actor): Promise<Answer<{ decided: number }>> =>
    on(run, 'POST', '/verdicts', { detections: ids, verdict }, {}, as);
  const marks = async (run: ReviewedRun, query = ''): Promise<DetectionView[]> =>
    (await on<{ items: DetectionView[] }>(run, 'GET', `/detections?limit=100${query}`)).body.items;
  const asked = (versionId: string | null): { baseVersionId: string; versionId: string; runId: string } | undefined =>
    house.heard.find(({ name, payload }) => name.includes('map-version.redact') && payload['versionId'] === versionId)
      ?.payload as { baseVersionId: string; versionId: string; runId: string } | undefined;
  const planOf = async (runId: string): Promise<RedactionPlan> => {
    const bytes = await house.store.getBytes(keys.redactionPlan(house.workspaceId, runId), 1_000_000);
    return redactionPlanSchema.parse(JSON.parse(bytes.toString()));
  };
  /** The run that was asked for has ended well: its pictures lie in the store, and its version is announced. */
  const finish = async (run: ReviewedRun, applying: ReviewView, pictures: StoredFile[] = []) => {
    const order = await until('a version is asked for', () => asked(applying.pendingVersionId));
    await putRecord(house, order.runId, 'redact', pictures);
    const { spaceMapId, captureId } = run;
    const number = applying.versionNumber + 1;
    const bundlePrefix = `workspaces/${house.workspaceId}/runs/${order.runId}/e1/bundle/`;
    const made = {
      spaceMapId,
      versionId: order.versionId,
      number,
      name: 'Great hall',
      bundlePrefix,
      manifestSha256: 'a'.repeat(64),
    };
    const news = { ...made, bytes: 1, captureId, runId: order.runId, epoch: 1, redactionOf: order.baseVersionId };
    await house.tell(mapVersionReady, news);
    await until('the review is open again', async () => (await on(run, 'GET')).body.state === 'open');
    return news;
  };
  const apply = async (run: ReviewedRun): Promise<ReviewView> => (await on(run, 'POST', '/apply')).body;

  it('lists what the detectors found, covered, with where it shows; what was found again goes with what it was found in', async () => {
    const run = await reviewedRun(house, [
      { image: '0002.jpg', box: { x: 10, y: 10, width: 20, height: 20 } },
      { image: '0001.jpg' },
      { image: '0001.jpg', round: 1, box: { x: 105, y: 85, width: 20, height: 20 } },
    ]);
    expect(run.review).toMatchObject({ state: 'open', pictures: 2, detections: 2, undecided: 2, changes: 0, versionNumber: 1 });
    expect(run.detections.map(({ image, covered, verdict, place }) => [image, covered, verdict, place])).toEqual([
      ['0001.jpg', true, null, [2, 2, 1.5]],
      ['0002.jpg', true, null, [2, 2, 1.5]],
    ]);
    const pictures = await on<{ items: object[]; next: number | null }>(run, 'GET', '/pictures?limit=1');
    expect(pictures.body).toMatchObject({ items: [{ image: '0001.jpg', marks: 1, undecided: 1, original: true }], next: 0 });
    const rest = await on<{ items: object[]; next: number | null }>(run, 'GET', '/pictures?limit=1&after=0');
    expect(rest.body).toMatchObject({ items: [{ image: '0002.jpg' }], next: null });
  });

  it('shows pictures to nobody without the scope, keeps them out of caches, and writes down who looked at an original', async () => {
    const run = await reviewedRun(house);
    const [mark] = run.detections;
    const look = (path: string) => on<unknown>(run, 'GET', path);
    for (const path of [
      '/pictures/0001.jpg?as=original',
      `/detections/${mark?.id ?? ''}/crop?as=original`,
      '/pictures/0001.jpg?maxPx=100',
    ]) {
      const answer = await look(path);
      expect([answer.status, answer.headers.get('content-type'), answer.headers.get('cache-control')]).toEqual([
        200,
        'image/jpeg',
        'no-store',
      ]);
    }
    const trail = await on<{ items: TrailEntryView[] }>(run, 'GET', '/events');
    expect(trail.body.items.map(({ what, by }) => [what, by])).toEqual([
      ['originals.seen', 'anna'],
      ['review.opened', 'stead'],
    ]);
    const stranger: Actor = { ...house.actor, scopes: ['publications:read', 'publications:write'] };
    expect((await on(run, 'GET', '', undefined, {}, stranger)).status).toBe(403);
    expect((await on(run, 'GET', '', undefined, {}, { ...house.actor, workspaceId: randomUUID() })).status).toBe(404);
    expect((await look('/pictures/0009.jpg')).body).toMatchObject({ code: 'studio/picture-not-found' });
    expect((await look('/pictures/..%2f..%2fseal.json')).status).toBe(404);
  });

  it('opens what lies sealed in the store, and shows nothing once its key is gone', async () => {
    const run = await reviewedRun(house);
    const { key, sha256 } = run.original;
    const plain = await house.store.getBytes(key, 1_000_000);
    const vault = new Vault([VAULT_KEY]);
    const place = keys.captureSeal(house.workspaceId, run.captureId);
    const seal = vault.create(place);
    await house.store.put(place, seal.document, { mediaType: 'application/json' });
    await house.store.put(key, sealBytes(seal.key, { name: key, sha256 }, plain), { mediaType: 'image/jpeg' });
    expect(sha256).toBe(createHash('sha256').update(plain).digest('hex'));
    const look = () => on<unknown>(run, 'GET', '/pictures/0001.jpg?as=original');
    expect((await look()).status).toBe(200);
    await house.store.put(place, new Vault(['another-vault-key-of-more-than-32-characters']).create(place).document, {
      mediaType: 'application/json',
    });
    expect((await look()).body).toMatchObject({
      code: 'studio/picture-unreadable',
      detail: expect.stringContaining('VAULT_KEY') as string,
    });
    await house.store.delete(place);
    expect((await look()).body).toMatchObject({ code: 'studio/picture-erased' });
  });

  it('has exactly the pictures made anew in which something is decided otherwise, from all that is covered in them', async () => {
    const run = await reviewedRun(house, [
      { image: '0001.jpg' },
      { image: '0001.jpg', round: 1, box: { x: 105, y: 85, width: 20, height: 20 } },
      { image: '0001.jpg', box: { x: 200, y: 20, width: 30, height: 30 } },
      { image: '0002.jpg' },
    ]);
    const [poster, visitor, other] = run.detections;
    await decide(run, [poster?.id ?? ''], { verdict: 'keep', reason: 'artwork' });
    await decide(run, [visitor?.id ?? '', other?.id ?? ''], { verdict: 'blur' });
    const drawn = await on<DetectionView>(run, 'POST', '/detections', {
      image: '0001.jpg',
      kind: 'person',
      drawing: { shape: 'box', box: { x: -10, y: 200, width: 40, height: 100 } },
    });
    expect(drawn.body).toMatchObject({
      cover: {
        shape: 'outline',
        outline: [
          [0, 200],
          [30, 200],
          [30, PICTURE.height],
          [0, PICTURE.height],
        ],
      },
      ...{ covered: false, verdict: 'blur', decidedBy: 'anna' },
    });
    expect((await marks(run, '&show=changed')).map(({ id }) => id)).toEqual([poster?.id, drawn.body.id]);
    const applying = await apply(run);
    // The mark, what was found again in it, and what was drawn.
    expect(applying).toMatchObject({ state: 'applying', changes: 3, undecided: 0 });
    const order = await until('a version is asked for', () => asked(applying.pendingVersionId));
    expect(order).toMatchObject({ baseVersionId: run.review.versionId });
    const plan = await planOf(order.runId);
    expect(plan).toMatchObject({
      originals: { runId: run.runId, epoch: 1 },
      volumes: [],
      base: { bundlePrefix: expect.stringContaining(run.runId) as string },
    });
    expect(plan.pictures.map(({ image, covers, changed }) => [image, covers.length, changed.length])).toEqual([
      ['0001.jpg', 2, 3],
    ]);
    expect((await decide(run, [poster?.id ?? ''], { verdict: 'blur' })).body).toMatchObject({ code: 'studio/review-not-open' });

    const bytes = await sharp({ create: { ...PICTURE, channels: 3, background: '#20c020' } })
      .jpeg()
      .toBuffer();
    const key = keys.stepFile(house.workspaceId, order.runId, 1, 'redact', 'pictures/0001.jpg');
    await house.store.put(key, bytes, { mediaType: 'image/jpeg' });
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const made = await finish(run, applying, [
      { path: 'pictures/0001.jpg', key, bytes: bytes.length, sha256, mediaType: 'image/jpeg' },
    ]);
    expect((await on(run, 'GET')).body).toMatchObject({
      state: 'open',
      versionId: made.versionId,
      versionNumber: 2,
      changes: 0,
      failure: null,
    });
    expect((await marks(run)).map(({ covered }) => covered)).toEqual([false, true, true, true]);
    await until('the version of before is retired', () =>
      house.heard.some(
        ({ name, payload }) => name.includes('map-version.retire') && payload['versionId'] === run.review.versionId,
      ),
    );
    await house.tell(mapVersionReady, made); // once more: nothing comes of it
    await house.handled();
    expect((await on(run, 'GET')).body).toMatchObject({ state: 'open', versionNumber: 2 });
  });

  it('brings scenes and publications into the version that was made, and closes the way back', async () => {
    const run = await reviewedRun(house);
    const { spaceMapId } = run;
    const made = await house.call<PublicationSettings>('POST', '/v1/publications', { spaceMapId });
    const scene = await house.call<SceneView>('POST', '/v1/scenes', { spaceMapId });
    await on(run, 'POST', '/detections', {
      image: '0002.jpg',
      drawing: { shape: 'box', box: { x: 9, y: 9, width: 50, height: 50 } },
    });
    const news = await finish(run, await apply(run));
    const told = await until('viewing hears of it', () =>
      house.told.find(({ publicationId, revision }) => publicationId === made.body.id && revision === 2),
    );
    expect(told).toMatchObject({ versionId: news.versionId, bundlePrefix: news.bundlePrefix, state: 'published' });
    expect((await house.call<SceneView>('GET', `/v1/scenes/${scene.body.id}`)).body).toMatchObject({
      versionId: news.versionId,
      attention: 0,
    });
    expect((await house.call('POST', `/v1/publications/${made.body.id}/rollback`, {})).body).toMatchObject({
      code: 'studio/nothing-to-roll-back',
    });
    const old = await house.call('POST', '/v1/publications', { spaceMapId, versionId: run.review.versionId });
    expect(old.body).toMatchObject({ code: 'studio/map-version-not-found' });
  });

  it('takes away what a scene hides, and lets the scene be published once it is gone', async () => {
    const run = await reviewedRun(house, []);
    const { spaceMapId } = run;
    const scene = (await house.call<SceneView>('POST', '/v1/scenes', { spaceMapId })).body;
    const redaction = anInput('redaction', { region: { shape: 'box', min: [0, 0, 0], max: [1, 2, 2] } });
    await house.call('PATCH', `/v1/scenes/${scene.id}`, { changeId: randomUUID(), changes: [{ op: 'put', element: redaction }] });
    const applying = await apply(run);
    const plan = await planOf((await until('asked', () => asked(applying.pendingVersionId))).runId);
    expect(plan).toMatchObject({ pictures: [], volumes: [{ volume: { shape: 'box', min: [0, 0, 0], max: [1, 2, 2] } }] });
    await finish(run, applying);
    expect((await on(run, 'POST', '/apply')).body).toMatchObject({ code: 'studio/review-nothing-to-apply' });
  });

  it('is open again, with the reason, when the version comes to nothing', async () => {
    const run = await reviewedRun(house);
    await decide(
      run,
      run.detections.map(({ id }) => id),
      { verdict: 'keep', reason: 'statue' },
    );
    const applying = await apply(run);
    const order = await until('asked', () => asked(applying.pendingVersionId));
    await house.tell(mapVersionChanged, {
      ...{
        spaceMapId: run.spaceMapId,
        versionId: order.versionId,
        runId: order.runId,
        number: 2,
        name: 'Great hall',
        revision: 3,
      },
      state: 'failed',
    });
    await until('it is open again', async () => (await on(run, 'GET')).body.state === 'open');
    expect((await on(run, 'GET')).body).toMatchObject({
      changes: 1,
      pendingVersionId: null,
      failure: expect.stringContaining('failed') as string,
      versionNumber: 1,
    });
    expect((await apply(run)).pendingVersionId).not.toBe(order.versionId);
  });

  it('splits a mark into parts that are covered until somebody decides about each', async () => {
    const run = await reviewedRun(house);
    const [mark] = run.detections;
    const box = (x: number) => ({ drawing: { shape: 'box', box: { x, y: 80, width: 18, height: 50 } } });
    const split = await on<{ items: DetectionView[] }>(run, 'POST', `/detections/${mark?.id ?? ''}/split`, {
      parts: [box(100), { ...box(121), kind: 'other' }],
    });
    expect(split.body.items.map(({ kind, verdict, place }) => [kind, verdict, place])).toEqual([
      ['face', null, [2, 2, 1.5]],
      ['other', null, [2, 2, 1.5]],
    ]);
    expect((await on(run, 'GET')).body).toMatchObject({ detections: 3, undecided: 2, changes: 3 });
    await decide(run, [split.body.items[1]?.id ?? ''], { verdict: 'keep', reason: 'advert' });
    expect((await on(run, 'GET')).body).toMatchObject({ undecided: 1, changes: 2 });
    // A part covers what was covered: it is decided, and not simply taken back.
    for (const { id } of split.body.items)
      expect((await on(run, 'DELETE', `/detections/${id}`)).body).toMatchObject({ code: 'studio/detection-found' });
    expect((await decide(run, [mark?.id ?? ''], { verdict: 'keep', reason: 'advert' })).body).toMatchObject({
      code: 'studio/detection-not-found',
    });
  });

  it('decides about many at once, and about all or none of those that are named', async () => {
    const found = Array.from({ length: 30 }, (_, i) => ({
      image: '0001.jpg',
      score: i / 30,
      box: { x: i * 8, y: 10, width: 7, height: 9 },
    }));
    const run = await reviewedRun(house, found);
    const sure = { detections: { undecided: { kind: 'face', scoreMin: 0.5 } }, verdict: { verdict: 'blur' } };
    expect((await on<object>(run, 'POST', '/verdicts', sure)).body).toEqual({ decided: 15 });
    const wrong = await decide(run, [run.detections[0]?.id ?? '', newId()], { verdict: 'keep', reason: 'consent' });
    expect([wrong.status, wrong.body.errors?.[0]?.pointer]).toEqual([404, '/detections/1']);
    expect((await on(run, 'GET')).body).toMatchObject({ undecided: 15, changes: 0 });
    expect((await decide(run, [], { verdict: 'blur' })).status).toBe(400);
    expect((await decide(run, [run.detections[0]?.id ?? ''], { verdict: 'keep' })).body.errors?.[0]?.pointer).toContain('reason');
  });

  it.each([
    [
      'a hundred thousand points',
      { shape: 'outline', outline: Array.from({ length: 100_000 }, (_, i) => [i % 300, i % 200]) },
      400,
    ],
    ['nothing of the picture', { shape: 'box', box: { x: 5_000, y: 5_000, width: 10, height: 10 } }, 422],
    [
      'a line',
      {
        shape: 'outline',
        outline: [
          [1, 1],
          [200, 1],
          [100, 1],
        ],
      },
      422,
    ],
    [
      'a point that is no number',
      {
        shape: 'outline',
        outline: [
          [1, 'NaN'],
          [200, 1],
          [100, 50],
        ],
      },
      400,
    ],
    ['a width below zero', { shape: 'box', box: { x: 5, y: 5, width: -10, height: 10 } }, 400],
  ])('refuses a drawing of %s, and says which field', async (_name, drawing, status) => {
    const run = await reviewedRun(house);
    const refused = await on<DetectionView>(run, 'POST', '/detections', { image: '0001.jpg', drawing });
    expect([refused.status, refused.body.errors?.[0]?.pointer]).toEqual([status, expect.stringContaining('/drawing')]);
    expect(await marks(run)).toHaveLength(1);
  });

  it('takes back what was drawn and is not shown yet, and nothing else', async () => {
    const run = await reviewedRun(house);
    const drawn = await on<DetectionView>(run, 'POST', '/detections', {
      image: '0001.jpg',
      drawing: { shape: 'box', box: { x: 5, y: 5, width: 20, height: 20 } },
    });
    expect((await on(run, 'DELETE', `/detections/${drawn.body.id}`)).status).toBe(204);
    const refused = await on(run, 'DELETE', `/detections/${run.detections[0]?.id ?? ''}`);
    expect(refused.body).toMatchObject({ code: 'studio/detection-found' });
  });

  it('goes on where the same pictures were decided about before, when a map is made anew', async () => {
    const run = await reviewedRun(house, [{ image: '0001.jpg' }, { image: '0002.jpg' }]);
    await decide(run, [run.detections[0]?.id ?? ''], { verdict: 'keep', reason: 'consent' });
    await on(run, 'POST', '/detections', {
      image: '0002.jpg',
      drawing: { shape: 'box', box: { x: 5, y: 5, width: 20, height: 20 } },
    });
    const { spaceMapId, captureId } = run;
    const found = [
      { image: '0001.jpg', box: { x: 101, y: 80, width: 40, height: 50 } },
      { image: '0002.jpg', box: { x: 10, y: 150, width: 40, height: 50 } },
    ];
    const again = await reviewedRun(house, found, { spaceMapId, captureId, number: 2 });
    expect(again.detections.map(({ image, source, verdict, covered }) => [image, source, verdict, covered])).toEqual([
      ['0001.jpg', 'detector', 'keep', true],
      ['0002.jpg', 'detector', null, true],
      ['0002.jpg', 'person', 'blur', false],
    ]);
  });

  describe('before something is published', () => {
    it('is asked for where the policy of the workspace says so: everything decided, shown as decided, and approved', async () => {
      const policy = { ...OPEN_POLICY, gate: 'reviewed' };
      expect((await house.call('PUT', '/v1/privacy/policy', policy)).status).toBe(200);
      const run = await reviewedRun(house);
      const publish = (): Promise<Answer<PublicationSettings>> =>
        house.call('POST', '/v1/publications', { spaceMapId: run.spaceMapId });
      expect((await publish()).body).toMatchObject({
        code: 'studio/review-needed',
        detail: expect.stringContaining(run.review.id) as string,
      });
      expect((await on(run, 'POST', '/approve')).body).toMatchObject({ code: 'studio/review-undecided' });
      await decide(
        run,
        run.detections.map(({ id }) => id),
        { verdict: 'keep', reason: 'consent' },
      );
      expect((await on(run, 'POST', '/approve')).body).toMatchObject({ code: 'studio/review-changes-pending' });
      await decide(
        run,
        run.detections.map(({ id }) => id),
        { verdict: 'blur' },
      );
      expect((await on(run, 'POST', '/approve')).body).toMatchObject({ state: 'approved', approvedBy: 'anna' });
      const made = await publish();
      expect(made.status).toBe(201);
      await on(run, 'POST', '/reopen');
      expect((await publish()).body).toMatchObject({ code: 'studio/review-needed' });
      // What is shown goes on: a title may be changed, and it may be taken away; it does not come back unseen.
      const one = `/v1/publications/${made.body.id}`;
      expect((await house.call('PATCH', one, { title: 'Other' })).status).toBe(200);
      await house.call('DELETE', one);
      expect((await house.call('POST', `${one}/publish`, {})).body).toMatchObject({ code: 'studio/review-needed' });
    });

    it('is approved by somebody who has decided nothing in it, where the policy asks for two', async () => {
      await house.call('PUT', '/v1/privacy/policy', { ...OPEN_POLICY, twoPersons: true });
      const run = await reviewedRun(house);
      await decide(
        run,
        run.detections.map(({ id }) => id),
        { verdict: 'blur' },
      );
      const second: Actor = { ...house.actor, id: 'bora' };
      const key: Actor = { ...house.actor, kind: 'api-key', id: 'a-key' };
      expect((await on(run, 'POST', '/approve')).body).toMatchObject({ code: 'studio/second-person-needed' });
      expect((await on(run, 'POST', '/approve', undefined, {}, key)).body).toMatchObject({ code: 'studio/second-person-needed' });
      expect((await on(run, 'POST', '/approve', undefined, {}, second)).body).toMatchObject({
        state: 'approved',
        approvedBy: 'bora',
      });
    });

    it('of two people who change the policy at once, one has to look again', async () => {
      const read = await house.call('GET', '/v1/privacy/policy');
      expect(
        (await house.call('PUT', '/v1/privacy/policy', { ...OPEN_POLICY, eraseAfterDays: 7 }, { 'if-match': read.etag })).status,
      ).toBe(200);
      expect((await house.call('PUT', '/v1/privacy/policy', OPEN_POLICY, { 'if-match': read.etag })).status).toBe(412);
      const member: Actor = { ...house.actor, scopes: ['privacy:read', 'privacy:write'] };
      expect((await house.call('PUT', '/v1/privacy/policy', OPEN_POLICY, {}, member)).status).toBe(403);
    });
  });

  describe('of which the originals are not needed any more', () => {
    const approve = async (run: ReviewedRun): Promise<ReviewView> => {
      await decide(
        run,
        run.detections.map(({ id }) => id),
        { verdict: 'blur' },
      );
      return (await on(run, 'POST', '/approve')).body;
    };
    const ordered = (run: ReviewedRun): boolean =>
      house.heard.some(({ name, payload }) => name.includes('capture.erase-originals') && payload['captureId'] === run.captureId);
    const turn = (): Promise<number> => erasureOf(house.parts).turn();

    it('has them erased when the days have passed, with a certificate, and shows them to nobody afterwards', async () => {
      await house.call('PUT', '/v1/privacy/policy', { ...OPEN_POLICY, eraseAfterDays: 0 });
      const run = await reviewedRun(house);
      const approved = await approve(run);
      expect(approved.erasure).toMatchObject({ state: 'due', dueAt: approved.approvedAt });
      await turn();
      await until('the erasure is ordered', () => ordered(run));
      expect(await turn()).toBe(0);
      const { sha256, bytes } = run.original;
      const erasedAt = new Date().toISOString();
      const news = {
        captureId: run.captureId,
        revision: 5,
        erasedAt,
        keyDestroyed: true,
        files: [{ fileId: newId(), bytes, sha256 }],
      };
      await house.tell(originalsErased, news);
      await until('it is known', async () => (await on(run, 'GET')).body.erasure.state === 'erased');
      const certificate = await on<{ sha256: string; document: object }>(run, 'GET', '/certificate');
      expect(certificate.body.document).toMatchObject({
        files: [{ sha256 }],
        keyDestroyed: true,
        reviews: [{ approvedBy: 'anna' }],
      });
      expect(createHash('sha256').update(JSON.stringify(certificate.body.document)).digest('hex')).toBe(certificate.body.sha256);
      for (const as of ['original', 'covered'])
        expect((await on(run, 'GET', `/pictures/0001.jpg?as=${as}`)).body).toMatchObject({ code: 'studio/picture-erased' });
      await on(run, 'POST', '/reopen');
      const late = await on(run, 'POST', '/detections', {
        image: '0001.jpg',
        drawing: { shape: 'box', box: { x: 5, y: 5, width: 20, height: 20 } },
      });
      expect(late.body).toMatchObject({ code: 'studio/picture-erased' });
    });

    it('keeps them while somebody forbids it, while another review of the capture is open, and when it is reopened in time', async () => {
      await house.call('PUT', '/v1/privacy/policy', { ...OPEN_POLICY, eraseAfterDays: 0 });
      const run = await reviewedRun(house);
      expect((await on(run, 'PUT', '/legal-hold', { held: true })).body.errors?.[0]?.pointer).toBe('/reason');
      await on(run, 'PUT', '/legal-hold', { held: true, reason: 'Case 12/2026' });
      await approve(run);
      await turn();
      expect([ordered(run), (await on(run, 'GET')).body.erasure.hold]).toEqual([false, 'Case 12/2026']);
      await on(run, 'PUT', '/legal-hold', { held: false });
      const other = await reviewedRun(house, [{ image: '0001.jpg' }], { ...run, number: 2 });
      await turn();
      expect(ordered(run)).toBe(false);
      await approve(other);
      await on(run, 'POST', '/reopen');
      await turn();
      expect(ordered(run)).toBe(false);
      await on(run, 'POST', '/approve');
      await turn();
      await until('the erasure is ordered', () => ordered(run));
    });
  });

  it('is over with its map', async () => {
    const run = await reviewedRun(house);
    await house.tell(spaceMapDeleted, { spaceMapId: run.spaceMapId, versionIds: [run.review.versionId] });
    await until('it is closed', async () => (await on(run, 'GET')).body.state === 'closed');
    expect((await on(run, 'POST', '/approve')).body).toMatchObject({ code: 'studio/review-not-open' });
  });

  it('refuses steps of whoever has not read its newest state, and what its state has no room for', async () => {
    const run = await reviewedRun(house);
    const old = { 'if-match': (await on(run, 'GET')).etag };
    const [mark] = run.detections;
    await decide(run, [mark?.id ?? ''], { verdict: 'blur' });
    for (const step of ['apply', 'approve', 'reopen'])
      expect((await on(run, 'POST', `/${step}`, undefined, old)).status).toBe(412);
    expect((await on(run, 'PUT', '/legal-hold', { held: false }, old)).status).toBe(412);
    const drawing = { shape: 'box', box: { x: 5, y: 5, width: 20, height: 20 } };
    const one = `/detections/${mark?.id ?? ''}`;
    const thin = { shape: 'box', box: { x: 5_000, y: 5, width: 20, height: 20 } };
    expect((await on(run, 'POST', `${one}/split`, { parts: [{ drawing }, { drawing: thin }] })).status).toBe(422);
    expect((await on(run, 'POST', `/detections/${newId()}/split`, { parts: [{ drawing }, { drawing }] })).status).toBe(404);
    expect((await on(run, 'DELETE', `/detections/${newId()}`)).status).toBe(404);
    expect((await on(run, 'GET', '/certificate')).body).toMatchObject({ code: 'studio/certificate-not-found' });
    await on(run, 'POST', '/approve');
    expect((await on(run, 'POST', '/detections', { image: '0001.jpg', drawing })).status).toBe(409);
    expect((await on(run, 'POST', `${one}/split`, { parts: [{ drawing }, { drawing }] })).status).toBe(409);
    await on(run, 'POST', '/reopen');
    await on(run, 'POST', '/detections', { image: '0001.jpg', drawing });
    await apply(run);
    expect((await on(run, 'POST', '/reopen')).body).toMatchObject({ code: 'studio/review-not-open' });
  });

  it('has a trail that nobody can change', async () => {
    const run = await reviewedRun(house);
    await expect(
      house.parts.worker.query('UPDATE studio.privacy_trail SET what = $2 WHERE subject = $1', [run.review.id, 'nothing']),
    ).rejects.toThrow(/never changed/);
  });
});
