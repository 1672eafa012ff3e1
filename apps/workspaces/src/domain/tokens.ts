import { createCipheriv, createDecipheriv, createHash, createHmac, randomBytes } from 'node:crypto';

/** 256 bits: nothing to guess, so a plain hash of such a token is enough to keep. */
const TOKEN_BYTES = 32;

export function newRefreshToken(): string {
  return `str_${randomBytes(TOKEN_BYTES).toString('base64url')}`;
}

export function newInvitationToken(): string {
  return `sti_${randomBytes(TOKEN_BYTES).toString('base64url')}`;
}

export function digestOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

export function apiKeyDigest(pepper: string, apiKey: string): Buffer {
  return createHmac('sha256', pepper).update(apiKey).digest();
}

/**
 * A token sealed under the one before it: whoever shows the old one again within its leeway gets the very same new one, and
 * the database alone cannot open it. AES-256-GCM, key = SHA-256 of the old token with a prefix.
 */
export function seal(token: string, under: string): Buffer {
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', sealingKey(under), iv);
  const body = Buffer.concat([cipher.update(token, 'utf8'), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), body]);
}

export function unseal(sealed: Buffer, under: string): string {
  const decipher = createDecipheriv('aes-256-gcm', sealingKey(under), sealed.subarray(0, 12));
  decipher.setAuthTag(sealed.subarray(12, 28));
  return Buffer.concat([decipher.update(sealed.subarray(28)), decipher.final()]).toString('utf8');
}

function sealingKey(token: string): Buffer {
  return createHash('sha256').update(`successor of ${token}`).digest();
}
