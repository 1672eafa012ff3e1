import type { PublicationView } from '@stead/contracts/viewing';
import { fetchTile, type Look } from '@stead/web/viewer-core';
import { fill } from '../words';
import { h } from './dom';
import type { Room } from './room';

type State = 'closed' | 'loading' | 'open';

/** The place as Gaussian splats in place of its points. Nothing of them is loaded before somebody asks. */
export class Splats {
  private state: State = 'closed';
  private readonly bar = h('progress', { max: 1, value: 0 });
  private readonly box = h('p', { class: 'splats-loading', hidden: true }, h('span'), this.bar);

  constructor(
    into: HTMLElement,
    private readonly room: Room,
    private readonly file: PublicationView['splat'],
    private readonly onChange: () => void,
  ) {
    into.append(this.box);
    this.write();
  }

  get any(): boolean {
    return this.file !== null && this.room.viewer !== null;
  }

  get shown(): boolean {
    return this.state === 'loading' || this.room.viewer?.splats.now === 'splats';
  }

  /** Presses while they load change nothing. */
  async toggle(): Promise<void> {
    const { viewer } = this.room;
    if (this.state === 'open') this.choose(viewer?.splats.now === 'splats' ? 'points' : 'splats');
    else if (this.state === 'closed') await this.open();
  }

  write(): void {
    const { words } = this.room;
    const label = this.box.firstElementChild;
    if (label !== null) label.textContent = words.splatsLoading;
    this.bar.setAttribute('aria-label', words.splatsLoading);
    this.describe();
  }

  remove(): void {
    this.box.remove();
    this.room.page.describe(null);
  }

  private choose(look: Look): void {
    this.room.viewer?.splats.choose(look);
    this.describe();
  }

  private describe(): void {
    const { viewer, page, words, language } = this.room;
    const count = new Intl.NumberFormat(language).format(this.file?.count ?? 0);
    page.describe(viewer?.splats.now === 'splats' ? fill(words.splatsShown, { count }) : null);
  }

  private async open(): Promise<void> {
    const { room, file } = this;
    const { viewer, page, signal } = room;
    if (viewer === null || file === null) return;
    this.enter('loading');
    try {
      const bytes = await this.load(file.url);
      await viewer.splats.open({ name: new URL(file.url, location.href).pathname, bytes, matrix: file.matrix });
      if (signal.aborted) return;
      this.enter('open');
      this.choose('splats');
    } catch {
      if (signal.aborted) return;
      this.enter('closed'); // asked for again with the next press
      page.say(room.words.splatsFailed);
    }
    this.onChange();
  }

  private enter(state: State): void {
    this.state = state;
    this.box.hidden = state !== 'loading';
    this.bar.removeAttribute('value');
    this.onChange();
  }

  private async load(url: string): Promise<Uint8Array<ArrayBuffer>> {
    const { files, signal } = this.room;
    const answer = await fetchTile(files, new URL(url, location.href).toString(), { signal });
    const total = Number(answer.headers.get('content-length'));
    const reader = answer.body?.getReader();
    if (reader === undefined) return new Uint8Array(await answer.arrayBuffer());
    const parts: Uint8Array<ArrayBuffer>[] = [];
    let bytes = 0;
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      parts.push(value);
      bytes += value.length;
      if (total > 0) this.bar.value = Math.min(1, bytes / total);
    }
    return new Uint8Array(await new Blob(parts).arrayBuffer());
  }
}
