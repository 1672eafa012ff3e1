export { AppError, defineErrors, errorEntry, isAppError, unavailable } from './app-error';
export type { ErrorKind, ErrorEntry, ErrorCatalogue, FieldProblem } from './app-error';
export { HTTP_STATUS, problemFrom, toProblem, PROBLEM_MEDIA_TYPE, problemSchema } from './problem';
export type { Problem } from './problem';
export { fieldProblems } from './field-problems';
export { platformError } from './platform-errors';
