/**
 * Counts guesses at a secret. One is taken before the secret is looked at, so that any number of guesses at once are counted
 * as well, and given back when it turns out right.
 */
export abstract class Guesses {
  /** `subject` is what the secret opens. Null, or how long to wait: then the guess is not counted. */
  abstract take(subject: string, address: string): Promise<{ retryAfterS: number } | null>;
  /** The right person is in: what was counted for the subject is forgotten, and this guess for the address. */
  abstract forgive(subject: string, address: string): Promise<void>;
}
