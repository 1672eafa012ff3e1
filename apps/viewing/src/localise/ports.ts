import type { KnownLens } from '@stead/contracts/viewing';
import type { IndexFile } from './map-files';
import type { Finding } from './question';

/** Why there is no finding: `busy` before it was looked at, `stopped` because it took too long or too much memory. */
export type NoFinding = { kind: 'busy' | 'stopped' };

export abstract class PhotoLocator {
  abstract locate(photo: Buffer, lens: KnownLens, index: IndexFile): Promise<Finding | NoFinding>;
}

export abstract class PhotoQuota {
  /** One more photo from an address. Null, or how long to wait: then it is not counted. */
  abstract take(address: string): Promise<{ retryAfterS: number } | null>;
}

export type Outcome = Finding['kind'] | NoFinding['kind'] | 'refused';

export abstract class LocaliseMeter {
  abstract count(outcome: Outcome, seconds: number): void;
}
