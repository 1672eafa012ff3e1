import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { visibilitySchema } from '@stead/contracts/studio';
import { grantOf, lockOf, readGrant, writeGrant, GRANT_BYTES } from './grant';
import { entryOf, passwordOf, type Place, type Published, type ShareLink, type Visitor } from './place';

const now = new Date('2026-03-01T10:00:00Z');
const BOX = { min: [0, 0, 0], max: [1, 1, 1] } satisfies Published['preview'];

const published: fc.Arbitrary<Published> = fc.record({
  id: fc.uuid(),
  workspaceId: fc.uuid(),
  title: fc.constant('Hall'),
  visibility: fc.constantFrom(...visibilitySchema.options),
  passwordHash: fc.option(fc.constantFrom('hash a', 'hash b')),
  embedSites: fc.constant(null),
  preview: fc.option(fc.constant(BOX)),
  photos: fc.boolean(),
  versionId: fc.uuid(),
  bundlePrefix: fc.constant('bundle/'),
  manifestSha256: fc.constant('a'.repeat(64)),
  contents: fc.constant(null),
});
const link: fc.Arbitrary<ShareLink> = fc.record({
  ...{ id: fc.uuid(), workspaceId: fc.uuid(), publicationId: fc.uuid() },
  passwordHash: fc.option(fc.constantFrom('hash a', 'hash b')),
  expiresAt: fc.option(fc.date({ min: new Date('2026-02-28'), max: new Date('2026-03-02'), noInvalidDate: true })),
  viewsMax: fc.option(fc.nat()),
  download: fc.boolean(),
});
const place: fc.Arbitrary<Place> = fc.record({ published, link: fc.option(link) });
const visitor: fc.Arbitrary<Visitor> = fc.record({
  ...{ signedIn: fc.boolean(), member: fc.boolean(), knowsPassword: fc.boolean(), entitled: fc.boolean() },
});
const STRANGER: Visitor = { signedIn: false, member: false, knowsPassword: false, entitled: false };

describe('who gets in', () => {
  it.each([
    ['public', null, 'enter full'],
    ['link', null, 'enter full'],
    ['password', null, 'password-required'],
    ['private', null, 'not-found'],
    ['members', null, 'sign-in-required'],
    ['paid', null, 'payment-required'],
    ['paid', BOX, 'enter preview'],
  ] as const)('a stranger at a place that is %s, preview %j: %s', (visibility, preview, wanted) => {
    const [sample] = fc.sample(published, 1);
    if (sample === undefined) throw new Error('no sample');
    const entry = entryOf({ published: { ...sample, visibility, preview }, link: null }, STRANGER, now);
    expect(entry.kind === 'enter' ? `enter ${entry.mode}` : entry.why).toBe(wanted);
  });

  it('nobody without the password, where one is asked for, by whichever way', () => {
    fc.assert(
      fc.property(place, visitor, (at, who) => {
        const entry = entryOf(at, { ...who, knowsPassword: false }, now);
        if (passwordOf(at) !== null) expect(entry.kind).toBe('refuse');
      }),
    );
  });

  it('by a share link, whatever the publication says, until its time is over', () => {
    fc.assert(
      fc.property(published, link, visitor, (behind, by, who) => {
        const entry = entryOf({ published: behind, link: by }, { ...who, knowsPassword: true }, now);
        const isOver = by.expiresAt !== null && by.expiresAt <= now;
        expect(entry).toEqual(isOver ? { kind: 'refuse', why: 'link-expired' } : { kind: 'enter', mode: 'full' });
      }),
    );
  });

  it('to the whole of a place with a price only its own people and who has paid', () => {
    fc.assert(
      fc.property(published, visitor, (sold, who) => {
        const entry = entryOf({ published: { ...sold, visibility: 'paid' }, link: null }, who, now);
        expect(entry.kind === 'enter' && entry.mode === 'full').toBe(who.member || who.entitled);
      }),
    );
  });
});

describe('a grant', () => {
  it('is read as it was written', () => {
    fc.assert(
      fc.property(place, fc.constantFrom('full' as const, 'preview' as const), (at, mode) => {
        const target = Buffer.alloc(GRANT_BYTES + 3);
        writeGrant(target, grantOf(at, mode), 3);
        expect(readGrant(target, 3)).toEqual(grantOf(at, mode));
      }),
    );
  });

  it('opens nothing any more when what was asked for is another thing now', () => {
    fc.assert(
      fc.property(place, (at) => {
        const other = `${at.published.passwordHash ?? ''} changed`;
        const before = lockOf(at, 'full');
        const after = lockOf(
          at.link === null
            ? { ...at, published: { ...at.published, passwordHash: other } }
            : { ...at, link: { ...at.link, passwordHash: other } },
          'full',
        );
        const asks = at.link !== null || at.published.visibility === 'password';
        expect(after === before).toBe(!asks);
      }),
    );
  });

  it('outlives a change of what does not concern it: a title, an end, a count', () => {
    fc.assert(
      fc.property(place, (at) => {
        const after = {
          published: { ...at.published, title: 'Another', versionId: randomUUID() },
          link: at.link === null ? null : { ...at.link, expiresAt: now, viewsMax: 3, download: !at.link.download },
        };
        expect(lockOf(after, 'full')).toBe(lockOf(at, 'full'));
      }),
    );
  });
});
