import type { Actor } from '@stead/platform/auth';

export interface RateVerdict {
  allowed: boolean;
  limit: number;
  remaining: number;
  /** Seconds until the window starts anew. */
  resetS: number;
}

export type RateClass = 'api' | 'anonymous' | 'tiles';

export abstract class RateLimits {
  abstract take(rateClass: RateClass, subject: string): Promise<RateVerdict>;
}

/** Whose budget a request is taken from. */
export function rateSubject(path: string, actor: Actor | null, address: string): { rateClass: RateClass; subject: string } {
  if (path.startsWith('/t/')) return { rateClass: 'tiles', subject: address };
  if (actor === null) return { rateClass: 'anonymous', subject: address };
  return { rateClass: 'api', subject: `${actor.kind}:${actor.id}` };
}
