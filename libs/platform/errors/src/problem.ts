import { z } from 'zod';
import { AppError, type ErrorKind } from './app-error';

export const PROBLEM_MEDIA_TYPE = 'application/problem+json';

export const HTTP_STATUS: Record<ErrorKind, number> = {
  invalid: 400,
  unauthenticated: 401,
  'payment-required': 402,
  forbidden: 403,
  'not-found': 404,
  conflict: 409,
  precondition: 412,
  'too-large': 413,
  unprocessable: 422,
  exhausted: 429,
  unavailable: 503,
};

/** RFC 9457, with the members that every problem of the platform has. */
export const problemSchema = z
  .looseObject({
    type: z.string(),
    title: z.string(),
    status: z.number().int(),
    detail: z.string(),
    instance: z.string(),
    code: z.string(),
    traceId: z.string(),
    errors: z.array(z.object({ pointer: z.string(), detail: z.string() })).optional(),
  })
  .meta({ id: 'Problem' });
export type Problem = z.infer<typeof problemSchema>;

export interface ProblemContext {
  instance: string;
  traceId: string;
  /** Where the documentation of problems lives; `/problems/<code>` is appended. */
  docsUrl: string;
}

export function toProblem(error: AppError, context: ProblemContext): Problem {
  return {
    ...error.extra,
    type: `${context.docsUrl}/problems/${error.code}`,
    title: error.title,
    status: HTTP_STATUS[error.kind],
    detail: error.message,
    instance: context.instance,
    code: error.code,
    traceId: context.traceId,
    ...(error.errors.length > 0 ? { errors: [...error.errors] } : {}),
  };
}

/** The problem for anything that was thrown. What nobody expected becomes a bare 500 that says nothing of its cause. */
export function problemFrom(error: unknown, context: ProblemContext): Problem {
  if (error instanceof AppError) return toProblem(error, context);
  return {
    type: `${context.docsUrl}/problems/platform/internal`,
    title: 'Something went wrong on our side',
    status: 500,
    detail: `The error was recorded. Quote ${context.traceId} when you report it.`,
    instance: context.instance,
    code: 'platform/internal',
    traceId: context.traceId,
  };
}
