import type { PlacedPhoto } from '@stead/contracts/pipeline';
import { add, type View } from '@stead/web/viewer-core';
import { fill } from '../words';
import { h, icon } from './dom';
import { fresh } from './media';
import type { Panel, PanelPage } from './panel';
import type { Taken } from './photo-marks';
import type { Room } from './room';

/** Thumbnails that the list has at first, and that it grows by. */
const LISTED_AT_ONCE = 60;

export interface TakenPhoto extends Taken {
  readonly image: string;
  readonly photo: PlacedPhoto;
}

/** The photos of a place beside its picture: a list of thumbnails, and one after another in large. */
export class PhotoPages {
  private listed = LISTED_AT_ONCE;

  constructor(
    private readonly room: Room,
    private readonly panel: Panel,
    private readonly photos: readonly TakenPhoto[],
    private readonly look: (view: View) => void,
    private readonly left: () => void,
  ) {}

  /** `at`: the photo whose thumbnail gets the focus. */
  list(at: number | null = null): PanelPage {
    const { words, language } = this.room;
    const { photos } = this;
    const grid = h('ul', { class: 'photos' });
    const more = h('button', { type: 'button' }, words.morePhotos);
    const thumbnails: HTMLElement[] = [];
    const grow = (): void => {
      while (thumbnails.length < Math.min(this.listed, photos.length)) {
        const thumbnail = this.thumbnail(thumbnails.length);
        thumbnails.push(thumbnail);
        grid.append(h('li', {}, thumbnail));
      }
      more.hidden = thumbnails.length === photos.length;
    };
    more.addEventListener('click', () => {
      const first = this.listed;
      this.listed += LISTED_AT_ONCE;
      grow();
      thumbnails[first]?.focus();
    });
    grow();
    const count = h('p', { class: 'quiet' }, fill(words.photosCount, { count: String(photos.length) }));
    const focus = at === null ? undefined : thumbnails[at];
    return {
      ...{ title: words.photos, titleLanguage: language, body: h('div', {}, count, grid, more), back: null, left: this.left },
      ...(focus === undefined ? {} : { focus }),
      again: () => this.list(at),
    };
  }

  /** Shows one in large, and takes the visitor to where it was taken. Before the first comes the last. */
  open(wanted: number): void {
    const { photos, panel } = this;
    const index = (wanted + photos.length) % photos.length;
    const taken = photos[index];
    if (taken === undefined) return;
    this.look({ position: taken.position, target: add(taken.position, taken.forward, 1) });
    const step = document.activeElement?.getAttribute('data-step') ?? null;
    const page = this.one(index, taken.photo);
    const focus = step === null ? null : page.body.querySelector<HTMLElement>(`[data-step="${step}"]`);
    panel.show(focus === null ? page : { ...page, focus }, null);
  }

  private one(index: number, photo: PlacedPhoto): PanelPage & { body: Element } {
    const { room, photos } = this;
    const title = this.titleOf(index);
    const { width, height, path } = photo;
    const image = fresh(h('img', { alt: title, width, height, decoding: 'async' }), { path }, title, room);
    const [before, after] = [(): void => this.open(index - 1), (): void => this.open(index + 1)];
    const steps = h('div', { class: 'steps' }, this.step('previous', before), this.step('next', after));
    return {
      ...{ title, titleLanguage: room.language, left: this.left },
      body: h('div', { class: 'photo' }, image, photos.length > 1 ? steps : null),
      back: () => this.backFrom(index),
      again: () => this.one(index, photo),
      keys: { ArrowLeft: before, ArrowRight: after },
    };
  }

  private backFrom(index: number): void {
    this.listed = Math.max(this.listed, index + 1);
    const page = this.list(index);
    this.panel.show(page, null);
    page.focus?.scrollIntoView({ block: 'nearest' });
  }

  private thumbnail(index: number): HTMLElement {
    const { room, photos } = this;
    const path = photos[index]?.photo.thumbnailPath ?? '';
    const title = this.titleOf(index);
    const image = fresh(h('img', { alt: title, loading: 'lazy', decoding: 'async' }), { path }, title, room);
    return h('button', { type: 'button', class: 'thumbnail', click: () => this.open(index) }, image);
  }

  private step(name: 'previous' | 'next', onClick: () => void): HTMLElement {
    const label = name === 'next' ? this.room.words.nextPhoto : this.room.words.previousPhoto;
    // Where one is now is said with the button, which keeps the focus.
    const props = { 'data-step': name, 'aria-label': label, title: label, 'aria-describedby': 'panel-title' };
    return h('button', { type: 'button', class: 'icon', click: onClick, ...props }, icon(name));
  }

  private titleOf(index: number): string {
    return fill(this.room.words.photoOf, { number: String(index + 1), count: String(this.photos.length) });
  }
}
