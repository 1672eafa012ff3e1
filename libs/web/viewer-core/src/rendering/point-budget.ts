export interface BudgetLimits {
  pointsStart: number;
  pointsMin: number;
  pointsMax: number;
}

/** Screen-space error, in pixels, that a tile may have before its children are asked for. */
const ERROR_START = 6;
const ERROR_MIN = 1.5;
const ERROR_MAX = 256;
const RISE_MIN = 1.1;
const RISE_MAX = 2;
const FALL = 0.8;
/** Below this share of the budget there is room for more detail. */
const ROOM = 0.6;
/** How fast an error that brought too many points is dared again, per change of the view. */
const FORGET = 0.9;

/**
 * How much detail is asked for. A tileset's error figures say little about how many points they bring, so the number of
 * points on screen is steered instead: over the budget the allowed error rises, well below it falls. An error that brought
 * too many is remembered, or the picture would swing between two levels for ever.
 */
export class PointBudget {
  private pointsAllowed: number;
  private error = ERROR_START;
  private errorFloor = ERROR_MIN;

  constructor(private readonly limits: BudgetLimits) {
    this.pointsAllowed = limits.pointsStart;
  }

  get errorTarget(): number {
    return this.error;
  }

  get points(): number {
    return this.pointsAllowed;
  }

  /** Call it when tiles have come. True when the error target has changed, so that tiles have to be chosen anew. */
  shown(points: number, settled: boolean): boolean {
    const before = this.error;
    if (points > this.pointsAllowed) {
      this.errorFloor = before;
      const excess = Math.sqrt(points / this.pointsAllowed);
      this.error = Math.min(ERROR_MAX, before * Math.min(RISE_MAX, Math.max(RISE_MIN, excess)));
    } else if (settled && points < this.pointsAllowed * ROOM && before * FALL > this.errorFloor) {
      this.error = Math.max(ERROR_MIN, before * FALL);
    }
    return this.error !== before;
  }

  /** Another view may afford what the last one could not. */
  viewChanged(): void {
    this.errorFloor = Math.max(0, this.errorFloor * FORGET);
  }

  /** The machine cannot draw so many fluently. */
  tooSlow(points: number): void {
    this.pointsAllowed = Math.max(this.limits.pointsMin, Math.min(this.pointsAllowed, points) * 0.8);
  }

  /** The machine has time to spare. */
  fastEnough(): void {
    this.pointsAllowed = Math.min(this.limits.pointsMax, this.pointsAllowed * 1.05);
  }
}
