/** Pixels drawn per CSS pixel. Steps, so that the buffers are not made anew with every frame. */
const RATIOS = [0.4, 0.5, 0.66, 0.8, 1, 1.25, 1.5, 2] as const;
/** Slower than 24 frames a second is felt as stutter; faster than 50 leaves room. */
const SLOW_MS = 42;
const FAST_MS = 20;
const SMOOTHING = 0.2;
/** A new resolution is judged by so many frames before the next change. */
const FRAMES_PER_STEP = 6;
/** Rising is slower than falling: a ratio that proved too slow is not tried at once again. */
const FRAMES_TO_RISE = 45;
/** Longer gaps are pauses, not frames. */
const PAUSE_MS = 1_000;

/** Chooses the resolution while the view moves, so that it stays fluent on any machine; a view that stands still is drawn sharp. */
export class FramePace {
  private readonly highest: number;
  private readonly first: number;
  private index: number;
  private averageMs = 0;
  private frames = 0;

  /** `ratioMax` is the display's own, or less where memory or the driver asks for it. */
  constructor(ratioMax: number, ratioStart = ratioMax) {
    this.highest = stepOf(ratioMax);
    this.first = Math.min(this.highest, stepOf(ratioStart));
    this.index = this.first;
  }

  /** Ratio for a view that moves. */
  get moving(): number {
    return RATIOS[this.index] ?? 1;
  }

  /** Ratio for a view that stands while parts of it are still coming: each of them has it drawn anew. */
  get refining(): number {
    return RATIOS[this.first] ?? 1;
  }

  /** Ratio for a view that stands still. */
  get still(): number {
    return RATIOS[this.highest] ?? 1;
  }

  /** The moving view has reached its lowest resolution and is still slow: only fewer points can help. */
  get exhausted(): boolean {
    return this.index === 0 && this.frames >= FRAMES_PER_STEP && this.averageMs > SLOW_MS;
  }

  /** The moving view is as sharp as the standing one, and there is time to spare. */
  get unhurried(): boolean {
    return this.index === this.highest && this.frames >= FRAMES_PER_STEP && this.averageMs < FAST_MS;
  }

  /** Takes the time between two frames of a moving view. True when the ratio has changed. */
  frame(elapsedMs: number): boolean {
    if (elapsedMs <= 0 || elapsedMs > PAUSE_MS) return false;
    this.averageMs = this.frames === 0 ? elapsedMs : this.averageMs + (elapsedMs - this.averageMs) * SMOOTHING;
    this.frames += 1;
    if (this.averageMs > SLOW_MS && this.frames >= FRAMES_PER_STEP && this.index > 0) return this.step(-1);
    if (this.averageMs < FAST_MS && this.frames >= FRAMES_TO_RISE && this.index < this.highest) return this.step(1);
    return false;
  }

  private step(by: 1 | -1): boolean {
    this.index += by;
    this.frames = 0;
    return true;
  }
}

/** Index of the largest step that is no more than `ratio`. */
function stepOf(ratio: number): number {
  return Math.max(0, RATIOS.filter((step) => step <= ratio + 1e-6).length - 1);
}
