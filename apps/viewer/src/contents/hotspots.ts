import { dot, isInside, project, subtract, type Lens } from '@stead/web/viewer-core';
import type { Hotspot } from './catalogue';
import { h, icon } from './dom';
import type { Room } from './room';
import { said } from './said';

interface Marker {
  readonly hotspot: Hotspot;
  readonly button: HTMLButtonElement;
  readonly label: HTMLElement;
}

/** Of the diagonal: beyond it a marker is small and faint, for what stands between is not known (points hide nothing). */
const FAR_SHARE = 0.75;
const Z_MAX = 1_000;

/** Buttons that follow their anchors over the picture. In the document they stand in the order of the contents. */
export class Hotspots {
  private readonly markers: readonly Marker[];
  private readonly far: number;

  constructor(
    private readonly into: HTMLElement,
    private readonly room: Room,
  ) {
    const { min, max } = room.surroundings.bounds;
    this.far = Math.hypot(...subtract(max, min)) * FAR_SHARE;
    this.markers = room.catalogue.all('hotspot').map((hotspot) => this.markerOf(hotspot));
    into.replaceChildren(...this.markers.map(({ button }) => button));
    into.hidden = this.markers.length === 0 || room.viewer === null;
    this.write();
  }

  write(): void {
    for (const { hotspot, label } of this.markers) {
      const title = said(hotspot.title, this.room.language);
      label.textContent = title?.text ?? '';
      label.lang = title?.language ?? '';
    }
  }

  buttonOf(id: string): HTMLButtonElement | null {
    return this.markers.find(({ hotspot }) => hotspot.id === id)?.button ?? null;
  }

  /** The one whose panel is open, or at which a tour is. */
  mark(id: string | null): void {
    for (const { hotspot, button } of this.markers) button.toggleAttribute('data-current', hotspot.id === id);
  }

  place(lens: Lens): void {
    for (const marker of this.markers) {
      const at = project(lens, marker.hotspot.anchor);
      if (at === null || !isInside(lens, at)) this.hide(marker.button);
      else this.put(marker, at, lens);
    }
  }

  remove(): void {
    this.into.replaceChildren();
  }

  private put({ hotspot, button }: Marker, at: { x: number; y: number; depth: number }, lens: Lens): void {
    const faces = dot(hotspot.normal, subtract(lens.pose.position, hotspot.anchor)) >= 0;
    button.hidden = false;
    button.toggleAttribute('data-away', !faces);
    button.toggleAttribute('data-far', at.depth > this.far);
    button.style.translate = `${at.x.toFixed(1)}px ${at.y.toFixed(1)}px`;
    button.style.zIndex = String(Math.round(Z_MAX / (1 + at.depth / this.far)));
  }

  private hide(button: HTMLButtonElement): void {
    if (button.hidden) return;
    if (document.activeElement === button) this.room.page.canvas.focus({ preventScroll: true }); // or it would be nowhere
    button.hidden = true;
  }

  private markerOf(hotspot: Hotspot): Marker {
    const label = h('span', { class: 'label' });
    const open = (): void => this.room.open(hotspot, button);
    const button = h(
      'button',
      { type: 'button', class: 'hotspot', hidden: true, 'data-id': hotspot.id, click: open },
      h('span', { class: 'dot' }, icon(hotspot.icon)),
      label,
    );
    button.style.setProperty('--mark', hotspot.colour);
    button.style.setProperty('--on-mark', inkOn(hotspot.colour));
    return { hotspot, button, label };
  }
}

/** Black or white, whichever is read better (WCAG relative luminance). */
function inkOn(colour: string): string {
  const channel = (from: number): number => {
    const value = Number.parseInt(colour.slice(from, from + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  const luminance = 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5);
  return luminance > 0.179 ? '#000' : '#fff';
}
