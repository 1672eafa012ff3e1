export interface EmbeddedServer {
  /** With the generated password of a superuser. */
  url: string;
  port: number;
  /** Process id, for whoever has to measure or to kill it. */
  pid: number;
  /** What the operator should be told: that data lies elsewhere, that a leftover was stopped. */
  notes: readonly string[];
  stop(): Promise<void>;
}

export type EmbeddedFailure = 'not-installed' | 'folder-in-use' | 'no-user' | 'did-not-start';

/** An embedded server cannot run here. The message says what to do about it. */
export class EmbeddedServerError extends Error {
  constructor(
    readonly failure: EmbeddedFailure,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'EmbeddedServerError';
  }
}
