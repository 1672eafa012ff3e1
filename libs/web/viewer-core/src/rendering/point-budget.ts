import { clamp } from '../navigation/pose';

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
const FALL_MIN = 0.5;
const FALL_MAX = 0.9;
/** Below this share of the budget there is room for more detail, and this share is aimed at. */
const ROOM = 0.6;
const AIM = 0.8;

/**
 * How much detail is asked for. A tileset's error figures say little about how many points they bring, so the number of
 * points on screen is steered instead: over the budget the allowed error rises, well below it falls. An error that brought
 * too many is remembered for the view, or its picture would swing between two levels for ever.
 */
export class PointBudget {
  private pointsAllowed: number;
  private error = ERROR_START;
  private errorFloor = 0;

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
    // Points of a surface grow with the square of how finely it is drawn.
    if (points > this.pointsAllowed) {
      this.errorFloor = before;
      this.error = Math.min(ERROR_MAX, before * clamp(Math.sqrt(points / this.pointsAllowed), RISE_MIN, RISE_MAX));
    } else if (settled && points < this.pointsAllowed * ROOM) {
      const wanted = before * clamp(Math.sqrt(points / (this.pointsAllowed * AIM)), FALL_MIN, FALL_MAX);
      if (wanted > this.errorFloor) this.error = Math.max(ERROR_MIN, wanted);
    }
    return this.error !== before;
  }

  /** What was too much for one view may be right for another. */
  viewChanged(): void {
    this.errorFloor = 0;
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
