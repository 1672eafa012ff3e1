import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { actorSchema, type Actor } from './actor';

export const IDENTITY_HEADER = 'x-stead-identity';
const LIFETIME_S = 60;
const LENGTH_MAX = 8192;

const payloadSchema = z.object({ actor: actorSchema, exp: z.number().int() });

/**
 * The signed internal identity: the only thing that services believe about a caller. The gateway makes one for each
 * request that it forwards; services make one when they ask each other. `base64url(JSON).base64url(HMAC-SHA256)`, valid
 * for a minute, so a leaked one is soon worthless. All services hold the same key.
 */
export class IdentitySigner {
  constructor(
    private readonly key: string,
    private readonly nowMs: () => number = Date.now,
  ) {}

  sign(actor: Actor): string {
    const payload = Buffer.from(JSON.stringify({ actor, exp: Math.floor(this.nowMs() / 1000) + LIFETIME_S })).toString(
      'base64url',
    );
    return `${payload}.${this.mac(payload).toString('base64url')}`;
  }

  /** The actor, or null when the header is missing, forged, damaged or expired. */
  verify(header: string | undefined): Actor | null {
    if (header === undefined || header.length > LENGTH_MAX) return null;
    const [payload = '', signature = '', ...rest] = header.split('.');
    const given = Buffer.from(signature, 'base64url');
    const want = this.mac(payload);
    if (rest.length > 0 || given.length !== want.length || !timingSafeEqual(given, want)) return null;
    const parsed = payloadSchema.safeParse(parseJson(payload));
    if (!parsed.success || parsed.data.exp * 1000 < this.nowMs()) return null;
    return parsed.data.actor;
  }

  private mac(payload: string): Buffer {
    return createHmac('sha256', this.key).update(payload).digest();
  }
}

function parseJson(payload: string): unknown {
  try {
    return JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
  } catch {
    return null;
  }
}
