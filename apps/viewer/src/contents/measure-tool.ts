import { subtract, type Vec3, type Viewer } from '@stead/web/viewer-core';
import { fill } from '../words';
import { h } from './dom';
import { middleOf, type Room } from './room';
import type { Labels } from './labels';
import { lengthText } from './quantity';

const COLOUR = '#0ea5e9';
/** A hand that clicks trembles; one that drags goes farther. */
const CLICK_PX_MAX = 6;
/** The line under the hand is looked for not more often than this. */
const LIVE_EVERY_MS = 60;
const NAME = 'measure';

/** Two points of the place give a distance: by click, or by the cross in the middle of the picture and Enter. */
export class MeasureTool {
  private readonly cross = h('div', { id: 'cross', hidden: true, 'aria-hidden': 'true' });
  private readonly hint = h('p', { id: 'measure-hint', role: 'status', hidden: true });
  private points: Vec3[] = [];
  private live: Vec3 | null = null;
  private hand: { x: number; y: number } | null = null;
  private lookedMs = 0;
  private missed = false;
  private stop: AbortController | null = null;

  constructor(
    into: HTMLElement,
    private readonly room: Room,
    private readonly labels: Labels,
    private readonly onChange: () => void,
  ) {
    into.append(this.cross, this.hint);
  }

  get active(): boolean {
    return this.stop !== null;
  }

  toggle(): void {
    if (this.stop === null) this.begin();
    else this.end();
  }

  /** Takes back the points; when there are none, puts the tool away. */
  escape(): void {
    if (this.points.length === 0) this.end();
    else {
      this.points = [];
      this.write();
    }
  }

  end(): void {
    this.stop?.abort();
    this.stop = null;
    this.points = [];
    this.write();
    this.onChange();
  }

  rewrite(): void {
    this.write();
  }

  remove(): void {
    this.end();
    this.cross.remove();
    this.hint.remove();
  }

  private begin(): void {
    const { viewer, page } = this.room;
    if (viewer === null) return;
    const stop = new AbortController();
    this.stop = stop;
    this.hand = null;
    this.listen(viewer, page.canvas, stop.signal);
    page.canvas.focus({ preventScroll: true });
    this.write();
    this.onChange();
  }

  private listen(viewer: Viewer, canvas: HTMLCanvasElement, signal: AbortSignal): void {
    let down: { x: number; y: number } | null = null;
    const at = ({ offsetX, offsetY }: PointerEvent): { x: number; y: number } => ({ x: offsetX, y: offsetY });
    canvas.addEventListener('pointerdown', (event) => (down = event.isPrimary ? at(event) : null), { signal });
    canvas.addEventListener(
      'pointerup',
      (event) => {
        const up = at(event);
        if (down !== null && Math.hypot(up.x - down.x, up.y - down.y) <= CLICK_PX_MAX) this.take(viewer.pick(up.x, up.y));
        down = null;
      },
      { signal },
    );
    canvas.addEventListener(
      'pointermove',
      (event) => {
        this.hand = event.pointerType === 'mouse' ? at(event) : null;
        this.follow(viewer);
      },
      { signal },
    );
    canvas.addEventListener(
      'keydown',
      (event) => {
        if (event.code !== 'Enter' || event.repeat) return;
        event.preventDefault();
        this.hand = null;
        this.take(this.pickMiddle(viewer));
      },
      { signal },
    );
    const moved = viewer.onHands(() => (this.hand = null));
    const drawn = viewer.onFrame(() => this.follow(viewer));
    signal.addEventListener('abort', () => {
      moved();
      drawn();
    });
  }

  private take(point: Vec3 | null): void {
    this.missed = point === null;
    if (point !== null) this.points = this.points.length === 2 ? [point] : [...this.points, point];
    this.live = null;
    this.write();
  }

  /** The line from the first point to what the hand, or the cross, is over. */
  private follow(viewer: Viewer): void {
    const nowMs = performance.now();
    if (this.points.length !== 1 || nowMs - this.lookedMs < LIVE_EVERY_MS) return;
    this.lookedMs = nowMs;
    const found = this.hand === null ? this.pickMiddle(viewer) : viewer.pick(this.hand.x, this.hand.y);
    if (found?.join() === this.live?.join()) return; // drawing it would draw a frame, and that would ask again
    this.live = found;
    this.draw();
  }

  private pickMiddle(viewer: Viewer): Vec3 | null {
    const { widthPx, heightPx } = viewer.lens;
    return viewer.pick(widthPx / 2, heightPx / 2);
  }

  private get ends(): Vec3[] {
    return this.points.length === 1 && this.live !== null ? [...this.points, this.live] : this.points;
  }

  private draw(): void {
    const [a, b] = this.ends;
    const segments = a === undefined || b === undefined ? [] : [[a, b] as const];
    this.room.viewer?.show(NAME, this.active ? { colour: COLOUR, segments, dots: this.ends, widthPx: 4, dotPx: 12 } : null);
    this.labels.show(NAME, this.active && b !== undefined ? [{ at: middleOf(this.ends), text: this.distance() }] : []);
  }

  private distance(): string {
    const [a, b] = this.ends;
    if (a === undefined || b === undefined) return '';
    const { catalogue, surroundings, language } = this.room;
    return lengthText(Math.hypot(...subtract(b, a)), catalogue.metresPerUnit ?? surroundings.metresPerUnit, language);
  }

  private write(): void {
    this.cross.hidden = !this.active;
    this.hint.hidden = !this.active;
    document.body.toggleAttribute('data-measuring', this.active);
    if (this.points.length !== 1) this.live = null;
    this.draw();
    if (this.active) this.hint.textContent = this.sentence();
  }

  private sentence(): string {
    const { words } = this.room;
    if (this.missed) return words.measureMissed;
    if (this.points.length === 2) return fill(words.measured, { distance: this.distance() });
    return this.points.length === 1 ? words.measureSecond : words.measureFirst;
  }
}
