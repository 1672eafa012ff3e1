import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SignJWT, calculateJwkThumbprint, importJWK, type JWK } from 'jose';

interface State {
  secrets: Record<string, string>;
  demo: { workspaceId: string };
}

/** A token as the platform in that folder signs them, but for as long as a spec likes. */
export async function accessToken(home: string, expiresInS: number): Promise<string> {
  const state = JSON.parse(readFileSync(join(home, 'state.json'), 'utf8')) as State; // the platform's own file
  const jwk = JSON.parse(state.secrets['access-token'] ?? '{}') as JWK; // checked by importJWK
  return new SignJWT({ ws: state.demo.workspaceId, scope: 'workspace:read' })
    .setProtectedHeader({ alg: 'EdDSA', typ: 'at+jwt', kid: await calculateJwkThumbprint(jwk) })
    .setSubject(state.demo.workspaceId)
    .setIssuer('stead')
    .setAudience('stead-api')
    .setExpirationTime(Math.floor(Date.now() / 1000) + expiresInS)
    .sign(await importJWK(jwk, 'EdDSA'));
}
