import { fetchTile, type Lens } from '@stead/web/viewer-core';
import { h } from './dom';
import { fresh } from './media';
import { frameOfBounds, frameOfFile, headingOn, toMap, toPlan, type PlanFrame } from './plan-frame';
import type { Room } from './room';
import { textOf } from './said';

/** Wide screens have room for it from the beginning. */
const OPEN_FROM = '(width >= 64rem) and (height >= 38rem)';

/** A floor plan in the corner: where the visitor is, and what hangs where. A click goes there. */
export class MiniMap {
  private readonly image = h('img', { alt: '', draggable: 'false' });
  private readonly arrow = h('div', { class: 'arrow', hidden: true });
  private readonly dots = h('div', { class: 'dots' });
  private readonly area = h(
    'div',
    { class: 'area', click: (event) => this.onClick(event as MouseEvent) },
    this.image,
    this.dots,
    this.arrow,
  );
  private readonly hint = h('p', { class: 'quiet', hidden: true });
  private readonly section = h('section', { id: 'mini-map', hidden: true }, this.area, this.hint);
  private frame: PlanFrame | null = null;
  private shownNow = matchMedia(OPEN_FROM).matches;

  constructor(
    into: HTMLElement,
    private readonly room: Room,
    private readonly planUrl: string | null,
    private readonly onReady: () => void,
  ) {
    into.append(this.section);
    this.image.addEventListener('load', () => void this.onLoad(), { signal: room.signal });
    void this.load();
  }

  get any(): boolean {
    return this.image.naturalWidth > 0;
  }

  get shown(): boolean {
    return this.shownNow && this.any;
  }

  toggle(): void {
    this.shownNow = !this.shownNow;
    this.write();
  }

  write(): void {
    const { words, language } = this.room;
    this.section.hidden = !this.shown;
    this.section.setAttribute('aria-label', words.plan);
    this.arrow.title = words.youAreHere;
    this.hint.textContent = words.planUnplaced;
    this.hint.hidden = this.frame !== null;
    if (this.room.viewer !== null) this.place(this.room.viewer.lens);
    for (const dot of this.dots.querySelectorAll<HTMLElement>('[data-id]')) {
      const hotspot = this.room.catalogue.find('hotspot', dot.dataset['id'] ?? null);
      dot.title = textOf(hotspot?.title ?? null, language);
    }
  }

  place({ pose }: Lens): void {
    const { frame } = this;
    if (frame === null || !this.shown) return;
    const [x, y] = pose.position;
    this.put(this.arrow, x, y);
    this.arrow.hidden = false;
    this.arrow.style.rotate = `${headingOn(frame, pose.yaw).toFixed(3)}rad`;
  }

  remove(): void {
    this.section.remove();
  }

  /** A drawing that was pinned to the map is shown rather than the plan that the pipeline drew. */
  private async load(): Promise<void> {
    const { catalogue, files } = this.room;
    const pinned = catalogue
      .all('plan-alignment')
      .map((plan) => ({ plan, derived: catalogue.derived(plan.id, 'plan-alignment') }));
    const drawing = pinned.find(({ plan }) => catalogue.media(plan.mediaId) !== null);
    const file = catalogue.media(drawing?.plan.mediaId ?? null);
    if (file !== null) {
      this.frame = drawing?.derived ?? null;
      fresh(this.image, file, this.room.words.plan, this.room);
      return;
    }
    if (this.planUrl === null) return;
    this.section.dataset['own'] = ''; // drawn on light paper: turned over in the dark
    this.frame = pinned.find(({ plan }) => plan.mediaId === null)?.derived ?? (await this.frameBeside(this.planUrl));
    if (!this.room.signal.aborted) this.image.src = files.resolve(this.planUrl);
  }

  private async frameBeside(planUrl: string): Promise<PlanFrame | null> {
    const { files, signal } = this.room;
    const url = files.resolve(planUrl.replace(/\.[a-z]+$/, '.json'));
    // Older bundles do not have it for visitors; that is no reason to ask for new addresses.
    const access = { tilesetUrl: url, resolve: (address: string) => files.resolve(address), renew: () => Promise.resolve(false) };
    return fetchTile(access, url, { signal })
      .then(async (answer) => frameOfFile(await answer.json()))
      .catch(() => null);
  }

  private onLoad(): void {
    const { naturalWidth, naturalHeight } = this.image;
    if ('own' in this.section.dataset) this.frame ??= frameOfBounds(naturalWidth, naturalHeight, this.room.surroundings.bounds);
    this.area.style.aspectRatio = `${naturalWidth} / ${naturalHeight}`;
    if (this.frame !== null) this.dots.replaceChildren(...this.room.catalogue.all('hotspot').map((hotspot) => this.dot(hotspot)));
    this.write();
    this.onReady();
  }

  /** The list of contents and the markers lead to the same places with the keyboard: these are not stepped through again. */
  private dot(hotspot: Parameters<Room['open']>[0] & { kind: 'hotspot' }): HTMLElement {
    const dot = h('button', { type: 'button', tabindex: -1, 'data-id': hotspot.id, 'aria-hidden': 'true' });
    dot.style.setProperty('--mark', hotspot.colour);
    dot.addEventListener('click', (event) => {
      event.stopPropagation();
      this.room.open(hotspot, null);
    });
    this.put(dot, hotspot.anchor[0], hotspot.anchor[1]);
    return dot;
  }

  private put(node: HTMLElement, x: number, y: number): void {
    if (this.frame === null) return;
    const { u, v } = toPlan(this.frame, x, y);
    const share = (value: number, of: number): string => `${((100 * value) / Math.max(1, of)).toFixed(2)}%`;
    node.style.left = share(u, this.image.naturalWidth);
    node.style.top = share(v, this.image.naturalHeight);
  }

  /** To the place under the hand, at the height and in the direction in which the visitor looks. */
  private onClick({ clientX, clientY }: MouseEvent): void {
    if (this.frame === null || this.room.viewer === null) return;
    const { left, top, width, height } = this.image.getBoundingClientRect();
    const { naturalWidth, naturalHeight } = this.image;
    const { x, y } = toMap(this.frame, ((clientX - left) / width) * naturalWidth, ((clientY - top) / height) * naturalHeight);
    const { position, yaw } = this.room.eye;
    const z = this.room.viewer.mode === 'walk' ? position[2] : this.room.startHeight;
    this.room.goTo({ position: [x, y, z], target: [x + Math.cos(yaw), y + Math.sin(yaw), z] });
  }
}
