import fc from 'fast-check';
import { DraftTokens } from './draft-tokens';
import { TileTokens } from './tile-tokens';
import { VisitTokens } from './visit-tokens';

const KEY = 'a tile key of more than thirty-two characters';
const now = new Date('2026-03-01T10:02:00Z');
const tokens = new DraftTokens(KEY);
const [WORKSPACE, VERSION] = ['0d9b7a52-6a44-4b6c-9a35-0f2b1a5a8a10', '3b241101-e2bb-4255-8caf-4136c566a962'];

describe('a token for a map version that is not published', () => {
  it('names its workspace and its version, for 15 to 20 minutes', () => {
    fc.assert(
      fc.property(
        fc.uuid(),
        fc.uuid(),
        fc.date({ min: new Date('2024-01-01'), max: new Date('2090-01-01'), noInvalidDate: true }),
        (workspaceId, versionId, at) => {
          const { token, expiresAt } = tokens.issue(workspaceId, versionId, at);
          const minutes = (expiresAt.getTime() - at.getTime()) / 60_000;
          expect(minutes).toBeGreaterThanOrEqual(15);
          expect(minutes).toBeLessThanOrEqual(20);
          expect(tokens.check(token, at)).toEqual({ kind: 'valid', access: { workspaceId, versionId, expiresAt } });
          expect(tokens.check(token, expiresAt)).toEqual({ kind: 'expired' });
        },
      ),
    );
  });

  it('is no token for visitors, and theirs is none of these, though the key is the same', () => {
    const grant = { publicationId: VERSION, linkId: null, mode: 'full', lock: '00'.repeat(8) } as const;
    const draft = tokens.issue(WORKSPACE, VERSION, now).token;
    expect(new TileTokens(KEY).check(draft, now)).toEqual({ kind: 'forged' });
    expect(new VisitTokens(KEY).check(draft, now)).toBeNull();
    expect(tokens.check(new TileTokens(KEY).issue(grant, VERSION, now).token, now)).toEqual({ kind: 'forged' });
    expect(tokens.check(new VisitTokens(KEY).issue(grant, now), now)).toEqual({ kind: 'forged' });
  });

  it('is refused after any change of a single character, and with another key', () => {
    const { token } = tokens.issue(WORKSPACE, VERSION, now);
    for (let at = 0; at < token.length; at += 1) {
      const other = token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1);
      expect(tokens.check(other, now)).toEqual({ kind: 'forged' });
    }
    expect(new DraftTokens('another tile key of more than 32 characters').check(token, now)).toEqual({ kind: 'forged' });
    expect(new DraftTokens('another tile key of more than 32 characters', KEY).check(token, now).kind).toBe('valid');
  });
});
