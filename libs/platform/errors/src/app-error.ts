/** What a failure means to its caller. The kind, never the text, decides the HTTP status and whether a job is tried again. */
export type ErrorKind =
  | 'invalid'
  | 'unauthenticated'
  | 'payment-required'
  | 'forbidden'
  | 'not-found'
  | 'conflict'
  | 'precondition'
  | 'too-large'
  | 'unprocessable'
  | 'exhausted'
  | 'unavailable';

export interface ErrorEntry {
  kind: ErrorKind;
  title: string;
}

/** One field that is wrong: a JSON pointer (RFC 6901) into the body, or `?name` for a query parameter. */
export interface FieldProblem {
  pointer: string;
  detail: string;
}

export class AppError extends Error {
  /** `<context>/<name>`: stable, the last part of the problem's type URL. */
  constructor(
    readonly code: string,
    readonly kind: ErrorKind,
    readonly title: string,
    detail: string,
    readonly errors: readonly FieldProblem[] = [],
    readonly extra: Readonly<Record<string, string | number | boolean | null>> = {},
    options?: ErrorOptions,
  ) {
    super(detail, options);
    this.name = 'AppError';
  }
}

export function isAppError(error: unknown): error is AppError {
  return error instanceof AppError;
}

type Details = { errors?: readonly FieldProblem[]; extra?: AppError['extra']; cause?: unknown };
export type ErrorCatalogue<Names extends string> = { readonly [N in Names]: (detail?: string, more?: Details) => AppError } & {
  readonly catalogue: ReadonlyMap<string, ErrorEntry>;
};

/** Of every context whose code is loaded. */
const defined = new Map<string, ErrorEntry>();

/** What a code means; undefined where nothing that is loaded answers with it. */
export function errorEntry(code: string): ErrorEntry | undefined {
  return defined.get(code);
}

/**
 * The closed list of the failures that a context expects. Each name becomes a function that makes the error:
 * `throw runError['run-not-found']('Run 018f… is not in this workspace')`.
 */
export function defineErrors<Names extends string>(context: string, entries: Record<Names, ErrorEntry>): ErrorCatalogue<Names> {
  const catalogue = new Map<string, ErrorEntry>();
  const makers: Record<string, unknown> = { catalogue };
  for (const [name, entry] of Object.entries<ErrorEntry>(entries)) {
    const code = `${context}/${name}`;
    catalogue.set(code, entry);
    defined.set(code, entry);
    makers[name] = (detail?: string, more: Details = {}) =>
      new AppError(code, entry.kind, entry.title, detail ?? entry.title, more.errors, more.extra, { cause: more.cause });
  }
  // The loop above fills exactly the names of `entries`; TypeScript cannot follow it through Object.entries.
  return makers as unknown as ErrorCatalogue<Names>;
}

/** A neighbour or a store does not answer. Safe to try again. */
export function unavailable(what: string, cause?: unknown): AppError {
  return new AppError(
    'platform/unavailable',
    'unavailable',
    'A part of the service does not answer',
    `${what} does not answer`,
    [],
    {},
    { cause },
  );
}
