import type { FastifyRequest } from 'fastify';

/** The gateway writes the header anew for each request; the last address in it is the one that it has seen. */
export function callerAddress(request: FastifyRequest): string {
  const header = request.headers['x-forwarded-for'];
  const last = (Array.isArray(header) ? header.join(',') : (header ?? '')).split(',').at(-1)?.trim() ?? '';
  return last === '' ? request.ip : last;
}
