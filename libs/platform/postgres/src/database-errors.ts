/** The database cannot be reached or is shutting down. Nothing is known to have been written; safe to try again by key. */
export class DatabaseUnavailable extends Error {
  constructor(cause: unknown) {
    super(field(cause, 'message') || 'the database does not answer', { cause });
    this.name = 'DatabaseUnavailable';
  }
}

const NETWORK = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EHOSTUNREACH', 'ENOENT']);
/** SQLSTATE: class 08 connection, 57P01–57P05 shutdown, start-up and time-outs, 25P03 likewise, 53300 too many connections, 53100 disk full. */
const AWAY = /^(08...|57P0[1235]|25P03|53300|53100)$/;

/** Errors of another realm are no `instanceof Error`, so only fields are asked. */
export function classify(error: unknown): unknown {
  if (error instanceof DatabaseUnavailable) return error;
  const code = field(error, 'code');
  const lost =
    /Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|Query read timeout|Client was closed/.test(
      field(error, 'message'),
    );
  return lost || NETWORK.has(code) || AWAY.test(code) ? new DatabaseUnavailable(error) : error;
}

/** Serialization failure or deadlock: the same work may succeed when it is done again. */
export function isTransient(error: unknown): boolean {
  return ['40001', '40P01'].includes(field(error, 'code'));
}

/** A prepared statement whose columns a migration has changed: the server refuses it until it is parsed anew. */
export function isOutdatedPlan(error: unknown): boolean {
  return field(error, 'code') === '0A000' && field(error, 'message').includes('cached plan');
}

function field(error: unknown, name: 'code' | 'message'): string {
  if (typeof error !== 'object' || error === null) return '';
  const value: unknown = Reflect.get(error, name);
  return typeof value === 'string' ? value : '';
}
