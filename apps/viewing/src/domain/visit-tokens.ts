import { GRANT_BYTES, readGrant, writeGrant, type Grant } from './grant';
import { Seals } from './sealed';

/** A day at the museum. After it the visitor is asked again. */
const LIFETIME_MS = 12 * 3600 * 1000;

/** What a visitor was let in to, for as long as a visit may last: with it, new addresses are given without asking again. */
export class VisitTokens {
  private readonly seals: Seals;

  constructor(currentKey: string, previousKey?: string) {
    this.seals = new Seals('stead visit 1', GRANT_BYTES, currentKey, previousKey);
  }

  issue(grant: Grant, now: Date): string {
    return this.seals.seal(new Date(now.getTime() + LIFETIME_MS), (target, offset) => writeGrant(target, grant, offset));
  }

  /** Null where it is no visit, or over. */
  check(token: string, now: Date): Grant | null {
    const opened = this.seals.open(token, now);
    return opened.kind === 'valid' ? readGrant(opened.body, 0) : null;
  }
}
