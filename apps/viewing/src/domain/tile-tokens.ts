import { GRANT_BYTES, readGrant, readUuid, writeGrant, writeUuid, type Grant } from './grant';
import { Seals } from './sealed';

export interface TileAccess {
  grant: Grant;
  versionId: string;
  expiresAt: Date;
}

export type TokenVerdict = { kind: 'valid'; access: TileAccess } | { kind: 'expired' } | { kind: 'forged' };

const LIFETIME_MIN_S = 15 * 60;
/** Visitors of the same five minutes get the same token, so that caches between them and us hold each file once. */
const WINDOW_S = 5 * 60;

/**
 * Makes and checks the signed path prefix below which the files of one version of one publication can be had for 15 to 20
 * minutes. A prefix, because the renderer asks for hundreds of files and can sign none of them.
 */
export class TileTokens {
  private readonly seals: Seals;

  constructor(currentKey: string, previousKey?: string) {
    this.seals = new Seals('stead tile token 2', GRANT_BYTES + 16, currentKey, previousKey);
  }

  issue(grant: Grant, versionId: string, now: Date): { token: string; expiresAt: Date } {
    const expiryS = Math.ceil((now.getTime() / 1000 + LIFETIME_MIN_S) / WINDOW_S) * WINDOW_S;
    const expiresAt = new Date(expiryS * 1000);
    const token = this.seals.seal(expiresAt, (target, offset) => {
      writeGrant(target, grant, offset);
      writeUuid(target, versionId, offset + GRANT_BYTES);
    });
    return { token, expiresAt };
  }

  check(token: string, now: Date): TokenVerdict {
    const opened = this.seals.open(token, now);
    if (opened.kind !== 'valid') return opened;
    const { body, expiresAt } = opened;
    return { kind: 'valid', access: { grant: readGrant(body, 0), versionId: readUuid(body, GRANT_BYTES), expiresAt } };
  }
}
