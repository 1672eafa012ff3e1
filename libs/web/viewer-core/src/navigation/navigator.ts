import { overview, panned, poseOf, rotated, zoomed, type Orbit } from './orbit';
import { between, diagonalOf, identical, lookAt, sameView, type Bounds, type Pose, type Vec3 } from './pose';
import { STANDING, look, walk, type WalkIntent } from './walk';

export type Mode = 'walk' | 'orbit';

/** What a hand does to the view, whatever it does it with. */
export type Gesture =
  | { kind: 'drag'; dxPx: number; dyPx: number }
  /** Two fingers, or the second mouse button. */
  | { kind: 'slide'; dxPx: number; dyPx: number }
  /** Over 1: nearer. */
  | { kind: 'pinch'; factor: number };

/** From where, and at what, somebody looks. */
export interface View {
  readonly position: Vec3;
  readonly target: Vec3;
}

export interface NavigatorOptions {
  start: View;
  bounds: Bounds;
  units: 'metre' | 'arbitrary';
  fovRadians: number;
  /** No gliding: the view is at once where it should be. */
  reducedMotion: boolean;
}

/** Comfortable walking; where the scale is unknown, the whole map in about twelve seconds. */
const WALK_METRES_PER_S = 1.4;
const CROSSING_S = 12;
const ORBIT_RADIANS_PER_S = 1.2;
const ORBIT_ZOOM_PER_S = 1.8;
const ORBIT_PAN_PER_S = 0.5;
const MARGIN = 0.5;
/** Behind a hand the view covers 63 % of what is left in this time; to another place it flies so long. */
const FOLLOW_S = 0.06;
const FLIGHT_S = 0.9;
const STEP_MAX_S = 0.1;

/** Where the visitor is. Knows two ways to move, on foot and around the whole, and glides from one view to the next. */
export class Navigator {
  private modeNow: Mode = 'walk';
  private walker: Pose;
  private orbit: Orbit;
  private shown: Pose;
  private intent: Readonly<WalkIntent> = STANDING;
  private flight: { from: Pose; elapsedS: number; durationS: number } | null = null;
  private touched = false;
  private readonly span: number;
  private readonly speed: number;

  constructor(private readonly options: NavigatorOptions) {
    this.walker = lookAt(options.start.position, options.start.target);
    this.orbit = overview(options.bounds, this.walker);
    this.shown = this.walker;
    this.span = Math.max(diagonalOf(options.bounds), 1e-6);
    this.speed = options.units === 'metre' ? WALK_METRES_PER_S : this.span / CROSSING_S;
  }

  get mode(): Mode {
    return this.modeNow;
  }

  get pose(): Pose {
    return this.shown;
  }

  setMode(mode: Mode): void {
    if (mode === this.modeNow) return;
    if (mode === 'orbit') this.orbit = overview(this.options.bounds, this.walker);
    this.modeNow = mode;
    this.takeOff();
  }

  /** Back to where every visit begins. */
  reset(): void {
    this.flyTo(this.options.start);
  }

  /** On foot, at another place. */
  flyTo({ position, target }: View, durationS: number = FLIGHT_S): void {
    this.modeNow = 'walk';
    this.walker = lookAt(position, target);
    this.takeOff(durationS);
  }

  /** Where visits begin from now on; a visitor who has not moved yet is there at once. */
  setStart(start: View): void {
    const untouched = !this.touched;
    this.options.start = start;
    if (!untouched) return;
    this.walker = lookAt(start.position, start.target);
    this.shown = this.walker;
  }

  setReducedMotion(reducedMotion: boolean): void {
    this.options.reducedMotion = reducedMotion;
  }

  /** Holds until it is set again. */
  setIntent(intent: Readonly<WalkIntent>): void {
    if (isMoving(intent)) this.takeOver();
    this.intent = intent;
  }

  apply(gesture: Gesture, heightPx: number): void {
    this.takeOver();
    if (this.modeNow === 'walk') this.applyOnFoot(gesture, heightPx);
    else this.applyAround(gesture, heightPx);
  }

  /** Moves on by a while; false when the view stands still. */
  advance(elapsedS: number): boolean {
    const seconds = Math.min(Math.max(elapsedS, 0), STEP_MAX_S);
    if (this.modeNow === 'walk') this.walker = walk(this.walker, this.intent, seconds, this.walkLimits());
    else this.orbit = this.orbitByKeys(seconds);
    const goal = this.modeNow === 'walk' ? this.walker : poseOf(this.orbit);
    const before = this.shown;
    this.shown = this.next(goal, seconds);
    return !identical(before, this.shown);
  }

  private takeOff(durationS: number = FLIGHT_S): void {
    this.touched = true;
    this.flight = this.options.reducedMotion || durationS <= 0 ? null : { from: this.shown, elapsedS: 0, durationS };
  }

  /** Who moves during a flight goes on from where he is, and not from where it would have ended. */
  private takeOver(): void {
    this.touched = true;
    if (this.flight === null || this.modeNow !== 'walk') return;
    this.flight = null;
    this.walker = this.shown;
  }

  private next(goal: Pose, seconds: number): Pose {
    if (this.flight !== null) {
      this.flight.elapsedS += seconds;
      const share = this.flight.elapsedS / this.flight.durationS;
      if (share < 1) return between(this.flight.from, goal, share * share * (3 - 2 * share));
      this.flight = null;
      return goal;
    }
    if (this.options.reducedMotion || sameView(this.shown, goal, this.span)) return goal;
    return between(this.shown, goal, 1 - Math.exp(-seconds / FOLLOW_S));
  }

  private applyOnFoot(gesture: Gesture, heightPx: number): void {
    switch (gesture.kind) {
      case 'drag':
        this.walker = look(this.walker, gesture.dxPx, gesture.dyPx, heightPx, this.options.fovRadians);
        return;
      case 'slide':
        return this.stride(-(gesture.dxPx / heightPx) * this.speed * 2, (gesture.dyPx / heightPx) * this.speed * 2);
      case 'pinch':
        return this.stride(0, Math.log(gesture.factor) * this.speed * 2);
    }
  }

  private applyAround(gesture: Gesture, heightPx: number): void {
    const { bounds, fovRadians } = this.options;
    switch (gesture.kind) {
      case 'drag':
        this.orbit = rotated(this.orbit, (-gesture.dxPx / heightPx) * Math.PI, (gesture.dyPx / heightPx) * Math.PI);
        return;
      case 'slide': {
        const perPx = (2 * Math.tan(fovRadians / 2)) / heightPx;
        this.orbit = panned(this.orbit, -gesture.dxPx * perPx, gesture.dyPx * perPx, bounds);
        return;
      }
      case 'pinch':
        this.orbit = zoomed(this.orbit, 1 / gesture.factor, bounds);
    }
  }

  /** Steps by a distance: a walk of one tenth of a second at the speed that gets there. */
  private stride(right: number, forward: number): void {
    const length = Math.hypot(right, forward);
    if (length === 0) return;
    const intent = { ...STANDING, right: right / length, forward: forward / length };
    this.walker = walk(this.walker, intent, STEP_MAX_S, { ...this.walkLimits(), speed: length / STEP_MAX_S });
  }

  private orbitByKeys(seconds: number): Orbit {
    const { forward, right, up, turnLeft, tiltUp, fast } = this.intent;
    const pace = seconds * (fast ? 2 : 1);
    const turn = rotated(this.orbit, turnLeft * ORBIT_RADIANS_PER_S * pace, tiltUp * ORBIT_RADIANS_PER_S * pace);
    const near = zoomed(turn, ORBIT_ZOOM_PER_S ** (-forward * pace), this.options.bounds);
    return panned(near, right * ORBIT_PAN_PER_S * pace, up * ORBIT_PAN_PER_S * pace, this.options.bounds);
  }

  private walkLimits(): { speed: number; bounds: Bounds; margin: number } {
    return { speed: this.speed, bounds: this.options.bounds, margin: this.span * MARGIN };
  }
}

function isMoving({ forward, right, up, turnLeft, tiltUp }: Readonly<WalkIntent>): boolean {
  return [forward, right, up, turnLeft, tiltUp].some((value) => value !== 0);
}
