/**
 * Counts attempts to sign in. One is taken before the password is looked at, so that any number of guesses at once are counted
 * as well, and given back when it turns out right.
 */
export abstract class SignInAttempts {
  /** Null, or how long to wait: then the attempt is not counted. */
  abstract take(email: string, address: string): Promise<{ retryAfterS: number } | null>;
  /** The right person is in: what was counted for the account is forgotten, and this attempt for the address. */
  abstract forgive(email: string, address: string): Promise<void>;
}
