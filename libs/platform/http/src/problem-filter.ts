import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError, PROBLEM_MEDIA_TYPE, isAppError, platformError, problemFrom, unavailable } from '@stead/platform/errors';
import type { Logger } from '@stead/platform/logging';

/** The one place where an error becomes an HTTP answer. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(
    private readonly logger: Logger,
    private readonly docsUrl: string,
  ) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    this.answer(thrown, http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>());
  }

  answer(thrown: unknown, request: FastifyRequest, reply: FastifyReply): void {
    const error = asExpected(thrown);
    const problem = problemFrom(error, { instance: request.url.split('?')[0] ?? '', traceId: request.id, docsUrl: this.docsUrl });
    if (problem.status >= 500) this.logger.error({ error: thrown, code: problem.code }, 'request failed');
    if (reply.sent) return;
    const retryAfterS = error instanceof AppError ? error.extra['retryAfterS'] : undefined;
    if (retryAfterS !== undefined) void reply.header('retry-after', String(retryAfterS));
    else if (problem.status === 503) void reply.header('retry-after', '2');
    void reply.status(problem.status).type(PROBLEM_MEDIA_TYPE).send(JSON.stringify(problem));
  }
}

/** What the frameworks and drivers throw, in the platform's own words. Unknown things stay as they are and become a 500. */
function asExpected(thrown: unknown): unknown {
  if (isAppError(thrown)) return thrown;
  if (thrown instanceof HttpException) return fromHttpStatus(thrown.getStatus(), thrown.message);
  if (!(thrown instanceof Error)) return thrown;
  const { code, statusCode } = thrown as Error & { code?: unknown; statusCode?: unknown };
  if (thrown.name === 'DatabaseUnavailable' || thrown.name === 'ObjectStoreUnavailable')
    return unavailable(thrown.name.replace('Unavailable', ''), thrown);
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') return platformError['unsupported-media-type']('Send application/json');
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE')
    return platformError['body-too-large']('The body is over 1 MiB; upload files through a capture');
  if (thrown instanceof SyntaxError && statusCode === 400) return platformError['malformed-body'](`Not JSON: ${thrown.message}`);
  if (typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500) return fromHttpStatus(statusCode, thrown.message);
  return thrown;
}

function fromHttpStatus(status: number, message: string): AppError | Error {
  if (status === 404) return platformError['route-not-found'](message);
  if (status === 415) return platformError['unsupported-media-type']('Send application/json');
  if (status === 413) return platformError['body-too-large'](message);
  if (status >= 400 && status < 500) return platformError['malformed-body'](message);
  return new Error(message);
}
