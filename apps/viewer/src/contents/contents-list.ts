import { fill } from '../words';
import { LISTED, type ListedKind } from './catalogue';
import { h, icon, type IconName } from './dom';
import { entriesOf, filtered, type Entry } from './entries';
import type { PanelPage } from './panel';
import type { Room } from './room';

const ICONS: Record<ListedKind, IconName> = {
  ...{ hotspot: 'place', tour: 'tour', measurement: 'ruler', 'route-point': 'flag', 'ar-anchor': 'ar' },
};

/** The list of contents, for who would rather read than look around. Keeps what was typed while an entry is looked at. */
export class ContentsList {
  private sought = '';

  constructor(private readonly room: Room) {}

  page(): PanelPage {
    const { room } = this;
    const { words } = room;
    const field = h('input', { type: 'search', id: 'contents-filter', placeholder: words.filter, 'aria-label': words.filter });
    field.value = this.sought;
    const count = h('p', { class: 'quiet', role: 'status' });
    const groups = h('div', { class: 'groups' });
    const entries = entriesOf(room.catalogue, room.language, words);
    const write = (): void => {
      const found = filtered(entries, this.sought);
      const none = entries.length === 0 ? words.nothingHere : words.nothingFound;
      count.textContent = found.length === 0 ? none : fill(words.found, { count: String(found.length) });
      groups.replaceChildren(...LISTED.flatMap((kind) => this.group(kind, found)));
    };
    field.addEventListener('input', () => {
      this.sought = field.value;
      write();
    });
    write();
    const body = h('div', {}, entries.length === 0 ? null : field, count, groups);
    return { title: words.contents, titleLanguage: room.language, body, back: null, again: () => this.page() };
  }

  private group(kind: ListedKind, found: readonly Entry[]): Node[] {
    const entries = found.filter((entry) => entry.kind === kind);
    if (entries.length === 0) return [];
    const items = entries.map((entry) => h('li', {}, this.button(entry)));
    return [h('h3', {}, this.room.words[`kind-${kind}`]), h('ul', {}, ...items)];
  }

  private button({ id, kind, title, note }: Entry): HTMLElement {
    const open = (): void => {
      const element = this.room.catalogue.listedById(id);
      if (element !== null) this.room.open(element, null);
    };
    const beside = note === '' ? null : h('span', { class: 'quiet' }, note);
    return h(
      'button',
      { type: 'button', class: 'entry', 'data-id': id, click: open },
      icon(ICONS[kind]),
      h('span', {}, title),
      beside,
    );
  }
}
