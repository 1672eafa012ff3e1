import { add, directionOf, dot, isInside, project, standBefore, subtract, Viewer, type Lens } from '@stead/web/viewer-core';
import type { SurfacePoint, ViewerProblem, ViewerStatus } from '@stead/web/viewer-core';
import type { MapView, Point, SceneElement, View } from '../model/types';
import { DraftFiles } from './draft-files';
import { chain, drawingsOf, type Marker } from './drawn';

export type Placed = SurfacePoint;

export interface StageOptions {
  /** Keys are heard from within it; it holds the canvas. */
  root: HTMLElement;
  canvas: HTMLCanvasElement;
  /** Over the picture: markers come in here. */
  overlay: HTMLElement;
  view: MapView;
  start: View;
  background: string;
  renew(): Promise<MapView>;
  onStatus(status: ViewerStatus): void;
  onProblem(problem: ViewerProblem): void;
  /** Somebody points at a place; null where nothing is. */
  onPoint(placed: Placed | null): void;
  onSelect(id: string): void;
}

/** A hand that clicks trembles; one that drags goes farther. */
const CLICK_PX_MAX = 6;
const PLACING_COLOUR = '#0ea5e9';
const PLACING = 'placing';
/** How far ahead the target of a view lies, as a share of the map's diagonal. */
const AHEAD_SHARE = 0.1;

/** The place in 3D with what hangs in it, and a hand that points. Knows no React. Throws `NoWebGl`. */
export class Stage {
  private readonly viewer: Viewer;
  private readonly stop = new AbortController();
  private readonly still = matchMedia('(prefers-reduced-motion: reduce)');
  private markers: { marker: Marker; button: HTMLButtonElement }[] = [];
  /** What is drawn, by name, as text: most edits change one thing. */
  private drawn = new Map<string, string>();
  private placing = false;

  constructor(private readonly options: StageOptions) {
    const { view, canvas, root } = options;
    this.viewer = new Viewer({
      ...{ canvas, access: new DraftFiles(view, options.renew), bounds: view.bounds, units: view.units },
      ...{ start: options.start, background: options.background, reducedMotion: this.still.matches, keysWithin: root },
      ...{ onStatus: options.onStatus, onProblem: options.onProblem, onCommand: () => undefined },
    });
    this.viewer.onFrame((lens) => this.follow(lens));
    this.listen(canvas);
  }

  show(elements: readonly SceneElement[], markers: readonly Marker[], selectedId: string | null): void {
    const drawings = drawingsOf(elements, selectedId);
    const next = new Map([...drawings].map(([name, drawing]) => [name, JSON.stringify(drawing)]));
    for (const name of this.drawn.keys()) if (!next.has(name)) this.viewer.show(name, null);
    for (const [name, drawing] of drawings) if (next.get(name) !== this.drawn.get(name)) this.viewer.show(name, drawing);
    this.drawn = next;
    this.mark(markers, selectedId);
    this.follow(this.viewer.lens);
  }

  /** `points`: what was placed so far; null where nothing is being placed. */
  showPlacing(points: readonly Point[] | null): void {
    this.placing = points !== null;
    const drawing = { colour: PLACING_COLOUR, segments: chain(points ?? []), dots: points ?? [], dotPx: 12, widthPx: 4 };
    this.viewer.show(PLACING, points === null ? null : drawing);
  }

  /** As a visitor would stand there now. */
  viewNow(): View {
    const { pose } = this.viewer.lens;
    const { min, max } = this.options.view.bounds;
    const ahead = Math.hypot(...subtract(max, min)) * AHEAD_SHARE;
    return { position: [...pose.position], target: [...add(pose.position, directionOf(pose), ahead)] };
  }

  goTo(view: View): void {
    this.viewer.goTo(view);
  }

  /** In front of a place on a surface. */
  standAt(anchor: Point, normal: Point): void {
    const { bounds, units } = this.options.view;
    const around = { bounds, metresPerUnit: units === 'metre' ? 1 : null };
    this.viewer.goTo(standBefore(anchor, normal, this.viewer.lens.pose.position, around));
  }

  /** Takes what lies under the cross in the middle of the picture. */
  takeMiddle(): void {
    const { widthPx, heightPx } = this.viewer.lens;
    this.options.onPoint(this.viewer.pickSurface(widthPx / 2, heightPx / 2));
  }

  setMode(mode: 'walk' | 'orbit'): void {
    this.viewer.setMode(mode);
  }

  reset(): void {
    this.viewer.reset();
  }

  retry(): void {
    this.viewer.retry();
  }

  setBackground(colour: string): void {
    this.viewer.setBackground(colour);
  }

  dispose(): void {
    this.stop.abort();
    this.viewer.dispose();
    this.options.overlay.replaceChildren();
  }

  private listen(canvas: HTMLCanvasElement): void {
    const { signal } = this.stop;
    let down: { x: number; y: number } | null = null;
    canvas.addEventListener(
      'pointerdown',
      ({ isPrimary, button, offsetX: x, offsetY: y }) => {
        down = isPrimary && button === 0 ? { x, y } : null;
      },
      { signal },
    );
    canvas.addEventListener(
      'pointerup',
      ({ offsetX: x, offsetY: y }) => {
        const clicked = down !== null && Math.hypot(x - down.x, y - down.y) <= CLICK_PX_MAX;
        down = null;
        if (clicked && this.placing) this.options.onPoint(this.viewer.pickSurface(x, y));
      },
      { signal },
    );
    canvas.addEventListener(
      'keydown',
      (event) => {
        if (event.code !== 'Enter' || event.repeat || !this.placing) return;
        event.preventDefault();
        this.takeMiddle();
      },
      { signal },
    );
    this.still.addEventListener('change', () => this.viewer.setReducedMotion(this.still.matches), { signal });
  }

  /** Buttons that stay where nothing about them has changed, so that none loses its focus. */
  private mark(markers: readonly Marker[], selectedId: string | null): void {
    const before = new Map(this.markers.map((one) => [one.marker.id, one.button]));
    this.markers = markers.map((marker) => ({ marker, button: before.get(marker.id) ?? this.buttonOf(marker.id) }));
    for (const { marker, button } of this.markers) {
      before.delete(marker.id);
      button.title = marker.label;
      button.setAttribute('aria-label', marker.label);
      button.dataset['kind'] = marker.kind;
      button.toggleAttribute('data-hidden', marker.hidden);
      button.setAttribute('aria-pressed', String(marker.id === selectedId));
      button.style.setProperty('--mark', marker.colour);
      if (button.parentNode === null) this.options.overlay.append(button);
    }
    for (const button of before.values()) button.remove();
  }

  private buttonOf(id: string): HTMLButtonElement {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'studio-marker';
    button.dataset['id'] = id;
    button.hidden = true;
    button.addEventListener('click', () => this.options.onSelect(id));
    return button;
  }

  private follow(lens: Lens): void {
    for (const { marker, button } of this.markers) {
      const seen = project(lens, marker.at);
      const inside = seen !== null && isInside(lens, seen);
      if (!inside && document.activeElement === button) this.options.canvas.focus({ preventScroll: true }); // or it would be nowhere
      if (button.hidden === inside) button.hidden = !inside;
      if (seen !== null && inside) button.style.translate = `${seen.x.toFixed(1)}px ${seen.y.toFixed(1)}px`;
      if (seen !== null)
        button.style.zIndex = String(
          Math.max(1, 500 - Math.round(dot(subtract(marker.at, lens.pose.position), directionOf(lens.pose)))),
        );
    }
  }
}
