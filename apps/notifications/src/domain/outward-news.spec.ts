import fc from 'fast-check';
import { WEBHOOK_EVENTS, type WebhookNews } from '@stead/contracts/notifications';
import { outward, publicationNews, type PublicationTold } from './outward-news';

const ID = '0198f0f0-0000-7000-8000-000000000001';
const SECRET = 'workspaces/w/runs/r/e1/bundle/';
const changed = (revision: number, state: 'published' | 'unpublished') => ({
  ...{ publicationId: ID, revision, state, visibility: 'link' as const, title: 'Hall', spaceMapId: ID, versionId: ID },
  ...{ bundlePrefix: SECRET, manifestSha256: SECRET, contents: { key: SECRET, sha256: SECRET, bytes: 1 } },
  ...{ passwordHash: SECRET, tomorrow: SECRET },
});
type Changed = Parameters<typeof publicationNews>[1];
// What else that message holds is the studio's to say; here only what must not leave matters.
const news = (told: PublicationTold | null, revision: number, state: 'published' | 'unpublished'): WebhookNews | null =>
  publicationNews(told, changed(revision, state) as unknown as Changed);

describe('what is told to the outside', () => {
  const failure = { kind: 'data' as const, code: 'too-dark', step: 'frames', detail: 'Dark', advice: ['Light'], inner: SECRET };
  const run = { runId: ID, revision: 1, cluster: SECRET, epoch: 1, why: SECRET, result: null };
  const version = { spaceMapId: ID, versionId: ID, number: 1, name: 'Hall', inner: SECRET };
  it.each<[string, WebhookNews | null]>([
    [
      'a map version that is ready',
      outward.mapVersionReady({
        ...{ ...version, bundlePrefix: SECRET, manifestSha256: SECRET, bytes: 1 },
        ...{ captureId: SECRET, runId: SECRET, epoch: 1, redactionOf: SECRET },
      }),
    ],
    ['one that failed', outward.mapVersionChanged({ ...version, runId: ID, revision: 1, state: 'failed' })],
    ['a run that failed', outward.runChanged({ ...run, state: 'failed', failure })],
    ['a run that succeeded', outward.runChanged({ ...run, state: 'succeeded', failure: null })],
    ['a publication', news(null, 1, 'published')],
  ])('of %s has the fields of its contract and nothing else', (_name, told) => {
    expect(told).not.toBeNull();
    if (told === null) return;
    expect(WEBHOOK_EVENTS[told.type].parse(told.data)).toEqual(told.data);
    expect(JSON.stringify(told)).not.toContain(SECRET);
  });

  it.each(['requested', 'queued', 'running', 'succeeded', 'cancelled', 'retired'] as const)(
    'is nothing of a version that is %s',
    (state) => {
      expect(outward.mapVersionChanged({ ...version, runId: ID, revision: 1, state })).toBeNull();
    },
  );

  it.each(['queued', 'active', 'verifying', 'dead-letter'] as const)('is nothing of a run that is %s', (state) => {
    expect(outward.runChanged({ ...run, state, failure: null })).toBeNull();
  });
});

describe('a change of a publication', () => {
  it.each<[string, PublicationTold | null, number, 'published' | 'unpublished', string | null]>([
    ['the first one', null, 1, 'published', 'publication.published'],
    ['another while it is published', { revision: 1, state: 'published' }, 2, 'published', 'publication.updated'],
    ['its end', { revision: 2, state: 'published' }, 3, 'unpublished', 'publication.unpublished'],
    ['a change that nobody sees', { revision: 3, state: 'unpublished' }, 4, 'unpublished', null],
    ['its return', { revision: 4, state: 'unpublished' }, 5, 'published', 'publication.published'],
    ['one that came late', { revision: 5, state: 'published' }, 4, 'unpublished', null],
    ['one that came twice', { revision: 5, state: 'published' }, 5, 'published', null],
    ['one whose predecessor is late', null, 3, 'published', 'publication.published'],
  ])('is told by what it means: %s', (_name, told, revision, state, type) => {
    expect(news(told, revision, state)?.type ?? null).toBe(type);
  });

  it('ends in the same for whoever listens, in whatever order changes come', () => {
    const states = ['published', 'unpublished', 'published', 'published'] as const;
    fc.assert(
      fc.property(fc.shuffledSubarray([1, 2, 3, 4], { minLength: 4 }), (order) => {
        let told: PublicationTold | null = null;
        let last = '';
        for (const revision of order) {
          const state = states[revision - 1] ?? 'published';
          last = news(told, revision, state)?.type ?? last;
          if (told === null || revision > told.revision) told = { revision, state };
        }
        expect(['publication.published', 'publication.updated']).toContain(last);
      }),
    );
  });
});
