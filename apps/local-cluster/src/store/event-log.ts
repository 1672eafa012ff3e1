import type { KubeObject } from '../objects/metadata';
import type { Plural } from './resources';

export interface Change {
  type: 'ADDED' | 'MODIFIED' | 'DELETED';
  plural: Plural;
  object: KubeObject;
  previous: KubeObject | null;
  revision: number;
}

const EVENTS_MAX = 10_000;

/** The last changes, so that a watch can go on where it was. Who asks for older ones has to list again (410 Gone). */
export class EventLog {
  private changes: Change[] = [];
  /** The revision of the last change that is no longer known. */
  forgottenUntil = 1;

  constructor(private readonly changesMax = EVENTS_MAX) {}

  append(change: Change): void {
    this.changes.push(change);
    // Dropping a quarter at a time makes forgetting cheap.
    if (this.changes.length > this.changesMax) {
      const dropped = this.changes.splice(0, Math.ceil(this.changesMax / 4));
      this.forgottenUntil = dropped.at(-1)?.revision ?? this.forgottenUntil;
    }
  }

  /** Null when they are forgotten. */
  since(revision: number): readonly Change[] | null {
    if (revision < this.forgottenUntil) return null;
    let low = 0;
    let high = this.changes.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.changes[middle]?.revision ?? Infinity) <= revision) low = middle + 1;
      else high = middle;
    }
    return this.changes.slice(low);
  }

  forgetUntil(revision: number): void {
    this.changes = this.changes.filter((change) => change.revision > revision);
    this.forgottenUntil = Math.max(this.forgottenUntil, revision);
  }
}
