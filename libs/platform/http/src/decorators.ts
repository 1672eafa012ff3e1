import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Actor } from '@stead/platform/auth';
import { takesIfMatch } from './endpoint';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by the identity hook before any handler runs. */
    actor: Actor;
    /** Same for every repetition of a request with the same Idempotency-Key; new otherwise. Use it as the new row's id. */
    creationId: string;
    startedMs: number;
  }
}

const requestOf = (context: ExecutionContext): FastifyRequest => context.switchToHttp().getRequest<FastifyRequest>();

export const CurrentActor = createParamDecorator((_: unknown, context: ExecutionContext) => requestOf(context).actor);
export const CurrentRequest = createParamDecorator((_: unknown, context: ExecutionContext) => requestOf(context));
const ifMatch = createParamDecorator((_: unknown, context: ExecutionContext) => {
  const header = requestOf(context).headers['if-match'];
  return header === undefined ? null : header.replaceAll('"', '');
});

/** The `If-Match` header's entity tag without quotes, or null. The endpoint is documented as one that takes it. */
export const IfMatch = (): ParameterDecorator => (target, handler, index) => {
  if (handler !== undefined) takesIfMatch(target.constructor, handler);
  ifMatch()(target, handler, index);
};
