import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { PROBLEM_MEDIA_TYPE, platformError, toProblem } from '@stead/platform/errors';
import type { ProblemFilter } from '@stead/platform/http';
import { newId } from '@stead/platform/ids';

/** What Node's HTTP parser says, and what its sender is told. */
const REFUSALS: Readonly<Record<string, { status: number; detail: string }>> = {
  HPE_HEADER_OVERFLOW: { status: 431, detail: 'The headers are over 16 KiB; send shorter ones' },
  ERR_HTTP_REQUEST_TIMEOUT: { status: 408, detail: 'The request did not arrive in time; send it again' },
};
const NOT_HTTP = { status: 400, detail: 'This is not a valid HTTP/1.1 request' };

/** Answers what never became a request, as a problem like any other, and hangs up. */
export function refuseConnection(docsUrl: string): (error: Error & { code?: string }, socket: Socket) => void {
  return (error, socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable) {
      socket.destroy(error);
      return;
    }
    const { status, detail } = REFUSALS[error.code ?? ''] ?? NOT_HTTP;
    const traceId = newId();
    const problem = toProblem(platformError['invalid-request'](detail), { instance: '', traceId, docsUrl });
    const body = JSON.stringify({ ...problem, status });
    const head = [
      `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
      `content-type: ${PROBLEM_MEDIA_TYPE}`,
      `content-length: ${Buffer.byteLength(body)}`,
      `x-request-id: ${traceId}`,
      'connection: close',
    ];
    socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
  };
}

/** Answers paths that the router cannot read: percent signs that stand for nothing, or segments without end. */
export function refusePath(filter: ProblemFilter): (error: Error, request: FastifyRequest, reply: FastifyReply) => void {
  return (_error, request, reply) => {
    void reply.header('x-request-id', request.id);
    filter.answer(platformError['route-not-found']('The path of this address cannot be read'), request, reply);
  };
}
