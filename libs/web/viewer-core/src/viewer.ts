import { listenToHands, type Command } from './navigation/listen';
import { Navigator, type Mode, type View } from './navigation/navigator';
import { diagonalOf, type Bounds, type Pose, type Vec3 } from './navigation/pose';
import { Drawings, type Drawing } from './overlay/drawings';
import type { Lens } from './overlay/lens';
import { pointAt, surfaceAt, type SurfacePoint } from './overlay/touch';
import { Picture } from './picture';
import { FramePace } from './rendering/frame-pace';
import { budgetsFor, ratioLimit, ratioStart } from './rendering/graphics';
import { PointBudget } from './rendering/point-budget';
import { SplatLook } from './splats/splat-look';
import { TileCloud } from './tiles/tile-cloud';
import { TilesRefused, type TileAccess } from './tiles/tile-fetch';

export interface ViewerStatus {
  /** `ready` from the first points on: one can walk. */
  phase: 'loading' | 'ready';
  pointsShown: number;
  /** Share of what the view asks for that is there. */
  progress: number;
  /** Nothing more is on its way for this view. */
  settled: boolean;
  mode: Mode;
  pose: Pose;
}

export type ViewerProblem = 'unreachable' | 'refused' | 'graphics-lost';

export interface ViewerOptions {
  canvas: HTMLCanvasElement;
  access: TileAccess;
  start: View;
  bounds: Bounds;
  units: 'metre' | 'arbitrary';
  background: string;
  reducedMotion: boolean;
  /** Keys are heard from within it alone; unset: from everywhere on the page that has none of its own. */
  keysWithin?: HTMLElement;
  onStatus(status: ViewerStatus): void;
  onProblem(problem: ViewerProblem): void;
  onCommand(command: Command): void;
}

/** A standing view is drawn sharp after this while. */
const SHARPEN_MS = 180;
/** Tiles that were given up say nothing; this asks how things stand while some are on their way. */
const POLL_MS = 250;
const FRAME_MS = 16;

/**
 * Shows a tileset of points and lets one walk through it. Draws only when something has changed: a page that stands still
 * costs nothing. Throws `NoWebGl`.
 */
export class Viewer {
  readonly splats: SplatLook;
  private readonly picture: Picture;
  private readonly navigator: Navigator;
  private readonly cloud: TileCloud;
  private readonly drawings = new Drawings();
  private readonly pace: FramePace;
  private readonly frameListeners = new Set<(lens: Lens) => void>();
  private readonly handListeners = new Set<() => void>();
  /** How much is asked for while the view moves, and when it stands. */
  private readonly budgets: { moving: PointBudget; still: PointBudget };
  private readonly stops: (() => void)[] = [];
  private frameRequest = 0;
  private lastFrameMs = 0;
  private movedLastFrame = false;
  private sharpen: ReturnType<typeof setTimeout> | undefined;
  private ready = false;
  private disposed = false;

  constructor(private readonly options: ViewerOptions) {
    const { canvas, bounds, access } = options;
    const window = canvas.ownerDocument.defaultView ?? globalThis.window;
    this.picture = new Picture(canvas, Math.max(diagonalOf(bounds), 1e-3));
    this.picture.setBackground(options.background);
    const coarse = window.matchMedia('(pointer: coarse)').matches;
    const { moving, still } = budgetsFor(this.picture.software, coarse);
    this.budgets = { moving: new PointBudget(moving), still: new PointBudget(still) };
    this.pace = new FramePace(ratioLimit(this.picture.software, window.devicePixelRatio), ratioStart(this.picture.software));
    this.cloud = new TileCloud(access, this.picture.uniforms, {
      onChange: () => this.invalidate(),
      onError: (error) => {
        if (this.disposed) return; // what was still on its way
        options.onProblem(error instanceof TilesRefused ? 'refused' : 'unreachable');
        this.invalidate();
      },
    });
    this.cloud.errorTarget = this.budgets.still.errorTarget;
    this.cloud.useCamera(this.picture.camera);
    this.picture.add(this.cloud.group);
    this.splats = new SplatLook(this.picture, this.cloud.group, () => this.invalidate());
    this.picture.add(this.drawings.group);
    this.picture.fit(this.pace.refining);
    this.navigator = new Navigator({ ...options, fovRadians: this.picture.fovRadians });
    this.listen(canvas);
    this.invalidate();
  }

  get mode(): Mode {
    return this.navigator.mode;
  }

  setMode(mode: Mode): void {
    this.handsMoved();
    this.navigator.setMode(mode);
    this.invalidate();
  }

  reset(): void {
    this.handsMoved();
    this.navigator.reset();
    this.invalidate();
  }

  /** To a place on foot; without the way there for those who asked for less motion. */
  goTo(view: View, seconds?: number): void {
    this.navigator.flyTo(view, seconds);
    this.invalidate();
  }

  /** Where `reset` leads, and where a visitor who has not moved yet stands. */
  setStart(view: View): void {
    this.navigator.setStart(view);
    this.invalidate();
  }

  /** What the last picture was seen through. */
  get lens(): Lens {
    const { widthPx, heightPx } = this.picture.size;
    return { pose: this.navigator.pose, fovRadians: this.picture.fovRadians, widthPx, heightPx };
  }

  /** Calls with each picture that is drawn; the first one is drawn soon. Returns what ends it. */
  onFrame(listener: (lens: Lens) => void): () => void {
    this.frameListeners.add(listener);
    this.invalidate();
    return () => void this.frameListeners.delete(listener);
  }

  /** Calls whenever the visitor moves or chooses how to, and not when the page flies him somewhere. */
  onHands(listener: () => void): () => void {
    this.handListeners.add(listener);
    return () => void this.handListeners.delete(listener);
  }

  /** Lines and dots in the map, by name; null takes them away. */
  show(name: string, drawing: Drawing | null): void {
    this.drawings.show(name, drawing);
    this.invalidate();
  }

  /** The point of the map that is drawn at a place of the canvas (CSS pixels); null where there is none. */
  pick(x: number, y: number): Vec3 | null {
    return pointAt(this.cloud.pickable, this.lens, x, y);
  }

  /** The same, with the direction out of the surface there: towards the eye where it cannot be told. */
  pickSurface(x: number, y: number): SurfacePoint | null {
    return surfaceAt(this.cloud.pickable, this.lens, x, y);
  }

  setBackground(colour: string): void {
    this.picture.setBackground(colour);
    this.invalidate();
  }

  setReducedMotion(reduced: boolean): void {
    this.navigator.setReducedMotion(reduced);
  }

  /** Asks again for tiles that could not be had. */
  retry(): void {
    this.cloud.retry();
  }

  dispose(): void {
    this.disposed = true;
    cancelAnimationFrame(this.frameRequest);
    clearTimeout(this.sharpen);
    for (const stop of this.stops) stop();
    this.splats.dispose();
    this.cloud.dispose();
    this.drawings.dispose();
    this.picture.dispose();
  }

  private listen(canvas: HTMLCanvasElement): void {
    const unbind = listenToHands(
      canvas,
      this.navigator,
      () => this.invalidate(),
      (command) => this.obey(command),
      () => this.handsMoved(),
      this.options.keysWithin,
    );
    const observer = new ResizeObserver(() => this.invalidate());
    observer.observe(canvas);
    const lost = (): void => this.options.onProblem('graphics-lost');
    const restored = (): void => this.invalidate();
    canvas.addEventListener('webglcontextlost', lost);
    canvas.addEventListener('webglcontextrestored', restored);
    const poll = setInterval(() => {
      if (!this.cloud.settled) this.invalidate();
    }, POLL_MS);
    this.stops.push(
      unbind,
      () => observer.disconnect(),
      () => canvas.removeEventListener('webglcontextlost', lost),
      () => canvas.removeEventListener('webglcontextrestored', restored),
      () => clearInterval(poll),
    );
  }

  private handsMoved(): void {
    for (const listener of this.handListeners) listener();
  }

  private obey(command: Command): void {
    if (command === 'walk' || command === 'orbit') this.setMode(command);
    else if (command === 'reset') this.reset();
    this.options.onCommand(command);
  }

  private invalidate(): void {
    if (this.frameRequest === 0 && !this.disposed) this.frameRequest = requestAnimationFrame((nowMs) => this.frame(nowMs));
  }

  private frame(nowMs: number): void {
    this.frameRequest = 0;
    const elapsedMs = this.movedLastFrame ? nowMs - this.lastFrameMs : FRAME_MS;
    this.lastFrameMs = nowMs;
    const moved = this.navigator.advance(elapsedMs / 1000);
    this.keepPace(moved, elapsedMs);
    this.picture.aim(this.navigator.pose);
    this.cloud.update(this.picture.camera, this.picture.size.widthPx, this.picture.size.heightPx);
    this.picture.draw();
    const { lens } = this;
    for (const listener of this.frameListeners) listener(lens);
    this.tell(this.steerDetail());
    this.movedLastFrame = moved;
    if (moved) this.invalidate();
  }

  /** Shortly after a movement the next one is likely: the picture is not sharpened between two of them. */
  private get moving(): boolean {
    return this.sharpen !== undefined;
  }

  private keepPace(moved: boolean, elapsedMs: number): void {
    if (moved) {
      if (this.movedLastFrame) this.pace.frame(elapsedMs);
      clearTimeout(this.sharpen);
      this.sharpen = setTimeout(() => {
        this.sharpen = undefined;
        this.budgets.still.viewChanged();
        this.budgets.moving.viewChanged();
        this.invalidate();
      }, SHARPEN_MS);
    }
    const { moving, refining, still } = this.pace;
    this.picture.fit(this.moving ? moving : this.cloud.settled ? still : refining);
    this.cloud.errorTarget = (this.moving ? this.budgets.moving : this.budgets.still).errorTarget;
  }

  /** True when other tiles have to be chosen. */
  private steerDetail(): boolean {
    const { pointsShown, settled } = this.cloud;
    const { moving, still } = this.budgets;
    if (this.moving && this.pace.exhausted) moving.tooSlow(pointsShown);
    else if (this.moving && this.pace.unhurried) moving.fastEnough();
    const changed = (this.moving ? moving : still).shown(pointsShown, settled);
    if (changed) this.invalidate();
    return changed;
  }

  private tell(choosing: boolean): void {
    const { pointsShown, progress } = this.cloud;
    const settled = this.cloud.settled && !choosing;
    this.ready ||= pointsShown > 0;
    const { mode, pose } = this.navigator;
    this.options.onStatus({ phase: this.ready ? 'ready' : 'loading', pointsShown, progress, settled, mode, pose });
  }
}
