/** What must never be the case was. */
export class Violation extends Error {
  constructor(
    /** Short, and the same for every way in which it is broken. */
    readonly rule: string,
    detail: string,
  ) {
    super(`${rule}: ${detail}`);
    this.name = 'Violation';
  }
}

/** Reports that a rule was broken, and how. */
export type Fail = (rule: string, detail: string) => void;
