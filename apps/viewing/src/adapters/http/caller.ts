import type { FastifyRequest } from 'fastify';
import { callerAddress } from '@stead/platform/http';
import type { Caller } from '../../application/record-views';

const AGENT_CHARS = 300;

export function callerOf(request: FastifyRequest): Caller {
  return { address: callerAddress(request), userAgent: (request.headers['user-agent'] ?? '').slice(0, AGENT_CHARS) };
}
