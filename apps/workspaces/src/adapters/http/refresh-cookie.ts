import type { FastifyReply, FastifyRequest } from 'fastify';
import { REFRESH_COOKIE, type Tokens, type TokensView } from '@stead/contracts/workspaces';

/** As long as a refresh token is good for at most. */
const LIFETIME_S = 30 * 24 * 3600;
/** No script reads it, and no other site's page has it sent along: what a page can do with it is to exchange or to end it. */
const GUARD = `Path=${REFRESH_COOKIE.path}; HttpOnly; SameSite=Strict`;

/** Tokens as they are answered: with `cookie`, the refresh token goes into one. */
export function handOver(tokens: Tokens, cookie: boolean, request: FastifyRequest, reply: FastifyReply): TokensView {
  if (!cookie) return tokens;
  // Who listens without TLS, on a machine of their own, would never get a secure one back.
  const secure = request.headers['x-forwarded-proto'] === 'https' ? '; Secure' : '';
  void reply.header('set-cookie', `${REFRESH_COOKIE.name}=${tokens.refreshToken}; ${GUARD}; Max-Age=${LIFETIME_S}${secure}`);
  return { ...tokens, refreshToken: null };
}

export function clearRefreshCookie(reply: FastifyReply): void {
  void reply.header('set-cookie', `${REFRESH_COOKIE.name}=; ${GUARD}; Max-Age=0`);
}

/** Empty where there is none: no token is that. */
export function refreshCookieOf(request: FastifyRequest): string {
  const pairs = (request.headers.cookie ?? '').split(';').map((pair) => pair.trim().split('='));
  return pairs.find(([name]) => name === REFRESH_COOKIE.name)?.[1] ?? '';
}
