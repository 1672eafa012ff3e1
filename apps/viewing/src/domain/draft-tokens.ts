import { readUuid, writeUuid } from './grant';
import { Seals } from './sealed';

export interface DraftAccess {
  workspaceId: string;
  versionId: string;
  expiresAt: Date;
}

export type DraftVerdict = { kind: 'valid'; access: DraftAccess } | { kind: 'expired' } | { kind: 'forged' };

const UUID_BYTES = 16;
const LIFETIME_MIN_S = 15 * 60;
/** As with visitors: members of the same five minutes share what their browsers keep. */
const WINDOW_S = 5 * 60;

/**
 * Makes and checks the signed path prefix below which a member of a workspace has the files of one version of a map, published or
 * not, for 15 to 20 minutes. It is of another length than that of a publication, and sealed for another purpose: neither is ever
 * taken for the other.
 */
export class DraftTokens {
  private readonly seals: Seals;

  constructor(currentKey: string, previousKey?: string) {
    this.seals = new Seals('stead draft token 1', 2 * UUID_BYTES, currentKey, previousKey);
  }

  issue(workspaceId: string, versionId: string, now: Date): { token: string; expiresAt: Date } {
    const expiryS = Math.ceil((now.getTime() / 1000 + LIFETIME_MIN_S) / WINDOW_S) * WINDOW_S;
    const expiresAt = new Date(expiryS * 1000);
    const token = this.seals.seal(expiresAt, (target, offset) => {
      writeUuid(target, workspaceId, offset);
      writeUuid(target, versionId, offset + UUID_BYTES);
    });
    return { token, expiresAt };
  }

  check(token: string, now: Date): DraftVerdict {
    const opened = this.seals.open(token, now);
    if (opened.kind !== 'valid') return opened;
    const { body, expiresAt } = opened;
    return { kind: 'valid', access: { workspaceId: readUuid(body, 0), versionId: readUuid(body, UUID_BYTES), expiresAt } };
  }
}
