import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';

/**
 * For what pages ask for again and again: a tag of the answer, and 304 without a body to whoever has the same already (RFC 9110
 * §13.1.2). Weak, as it says nothing of a revision that could be changed.
 */
export function unlessSame<T>(request: FastifyRequest, reply: FastifyReply, answer: T): T | undefined {
  const tag = `W/"${createHash('sha256').update(JSON.stringify(answer)).digest('base64url').slice(0, 22)}"`;
  void reply.header('etag', tag).header('cache-control', 'private, no-cache');
  const known = (request.headers['if-none-match'] ?? '').split(',').map((one) => one.trim());
  if (!known.includes(tag)) return answer;
  void reply.status(304);
  return undefined;
}
