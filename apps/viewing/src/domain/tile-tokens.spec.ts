import fc from 'fast-check';
import type { Grant } from './grant';
import { TileTokens } from './tile-tokens';
import { VisitTokens } from './visit-tokens';

const KEY = 'a tile key of more than thirty-two characters';
const OTHER = 'another tile key of more than 32 characters, too';
const now = new Date('2026-03-01T10:02:00Z');
const later = (minutes: number): Date => new Date(now.getTime() + minutes * 60_000);
const tokens = new TileTokens(KEY);
const uuid = fc.uuid();
const grants: fc.Arbitrary<Grant> = fc.record({
  publicationId: uuid,
  linkId: fc.option(uuid),
  mode: fc.constantFrom('full' as const, 'preview' as const),
  lock: fc.stringMatching(/^[0-9a-f]{16}$/),
});
const VERSION = '3b241101-e2bb-4255-8caf-4136c566a962';
const GRANT: Grant = { publicationId: '0d9b7a52-6a44-4b6c-9a35-0f2b1a5a8a10', linkId: null, mode: 'full', lock: '00'.repeat(8) };

describe('a tile token', () => {
  it('names what it was made for, for 15 to 20 minutes', () => {
    fc.assert(
      fc.property(
        grants,
        uuid,
        fc.date({ min: new Date('2024-01-01'), max: new Date('2090-01-01'), noInvalidDate: true }),
        (grant, versionId, at) => {
          const { token, expiresAt } = tokens.issue(grant, versionId, at);
          const minutes = (expiresAt.getTime() - at.getTime()) / 60_000;
          expect(minutes).toBeGreaterThanOrEqual(15);
          expect(minutes).toBeLessThanOrEqual(20);
          expect(tokens.check(token, at)).toEqual({ kind: 'valid', access: { grant, versionId, expiresAt } });
          expect(tokens.check(token, expiresAt)).toEqual({ kind: 'expired' });
        },
      ),
    );
  });

  it('is the same for visitors of the same minutes, so that caches can share files', () => {
    expect(tokens.issue(GRANT, VERSION, now)).toEqual(tokens.issue(GRANT, VERSION, later(2)));
  });

  it('is refused when a single bit of it is changed, whichever', () => {
    const { token } = tokens.issue(GRANT, VERSION, now);
    const [payload = '', mac = ''] = token.split('.');
    for (const [part, rebuild] of [
      [payload, (text: string) => `${text}.${mac}`],
      [mac, (text: string) => `${payload}.${text}`],
    ] as const) {
      const bytes = Buffer.from(part, 'base64url');
      for (let bit = 0; bit < bytes.length * 8; bit += 1) {
        const changed = Buffer.from(bytes);
        changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
        expect(tokens.check(rebuild(changed.toString('base64url')), now)).toEqual({ kind: 'forged' });
      }
    }
  });

  it('has one spelling: other base64 of the same bytes is refused', () => {
    const { token } = tokens.issue(GRANT, VERSION, now);
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const accepted = [...alphabet].filter((last) => tokens.check(token.slice(0, -1) + last, now).kind === 'valid');
    expect(accepted).toEqual([token.at(-1)]);
  });

  it('is refused when it is anything else', () => {
    fc.assert(fc.property(fc.string({ maxLength: 200 }), (text) => expect(tokens.check(text, now)).toEqual({ kind: 'forged' })));
  });

  it('of a key that is being replaced stays good, one of an unknown key is not', () => {
    const { token } = new TileTokens(OTHER).issue(GRANT, VERSION, now);
    expect(new TileTokens(KEY, OTHER).check(token, now).kind).toBe('valid');
    expect(tokens.check(token, now).kind).toBe('forged');
  });

  it('is no visit, and a visit no token, though the same key has sealed both', () => {
    const visits = new VisitTokens(KEY);
    const visit = visits.issue(GRANT, now);
    expect(visits.check(visit, now)).toEqual(GRANT);
    expect(visits.check(visit, later(12 * 60 + 1))).toBeNull();
    expect(tokens.check(visit, now).kind).toBe('forged');
    expect(visits.check(tokens.issue(GRANT, VERSION, now).token, now)).toBeNull();
  });
});
