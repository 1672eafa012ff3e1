import { h, icon } from './dom';
import { homeOf, type Room } from './room';

export interface PanelPage {
  readonly title: string;
  readonly titleLanguage: string;
  readonly body: Node;
  /** Draws it again, after a change of language. */
  again(): PanelPage;
  /** Null where there is nothing to go back to. */
  back: (() => void) | null;
  /** Wider than its text: the first thing to focus in it, instead of its title. */
  focus?: HTMLElement;
  /** While the panel has the focus, by their place on the keyboard. */
  keys?: Readonly<Record<string, () => void>>;
  /** It is closed, or something else takes its place. Pages that go on from one another have the same. */
  left?: () => void;
}

/** The one place beside the picture in which things are said: a dialog that leaves the rest of the page alone. */
export class Panel {
  private readonly title = h('h2', { id: 'panel-title', tabindex: -1 });
  private readonly body = h('div', { class: 'body' });
  private readonly backButton = button('back', () => this.page?.back?.());
  private readonly closeButton = button('close', () => this.close());
  private readonly section = h(
    'section',
    { id: 'panel', role: 'dialog', 'aria-labelledby': 'panel-title', 'data-own-keys': true, hidden: true },
    h('div', { class: 'head' }, this.backButton, this.title, this.closeButton),
    this.body,
  );
  private page: PanelPage | null = null;
  private opener: HTMLElement | null = null;

  constructor(
    into: HTMLElement,
    private readonly room: Room,
    private readonly onClose: () => void,
  ) {
    into.append(this.section);
    this.section.addEventListener('keydown', (event) => this.onKey(event));
  }

  get isOpen(): boolean {
    return this.page !== null;
  }

  get hasFocus(): boolean {
    return this.section.contains(document.activeElement);
  }

  /** `opener`: what gets the focus back; null: what had it until now. `quietly`: the focus stays where it is. */
  show(page: PanelPage, opener: HTMLElement | null, quietly = false): void {
    const from = opener ?? (this.page === null ? document.activeElement : null);
    if (from instanceof HTMLElement && from !== document.body && !this.section.contains(from)) this.opener = from;
    const before = this.page?.left;
    this.page = page;
    if (before !== page.left) before?.();
    this.write();
    this.section.hidden = false;
    document.body.dataset['panel'] = '';
    this.body.scrollTop = 0;
    if (!quietly) (page.focus ?? this.title).focus({ preventScroll: true });
  }

  close(): void {
    if (this.page === null) return;
    const hadFocus = this.hasFocus || document.activeElement === document.body;
    const { left } = this.page;
    this.page = null;
    left?.();
    this.section.hidden = true;
    this.body.replaceChildren();
    delete document.body.dataset['panel'];
    if (hadFocus) this.giveBack();
    this.opener = null;
    this.onClose();
  }

  rewrite(): void {
    if (this.page === null) return;
    this.page = this.page.again();
    this.write();
  }

  remove(): void {
    this.section.remove();
    delete document.body.dataset['panel'];
  }

  private write(): void {
    if (this.page === null) return;
    const { title, titleLanguage, body, back } = this.page;
    this.title.textContent = title;
    this.title.lang = titleLanguage;
    this.body.replaceChildren(body);
    this.backButton.hidden = back === null;
    this.backButton.setAttribute('aria-label', this.room.words.back);
    this.closeButton.setAttribute('aria-label', this.room.words.close);
  }

  private onKey(event: KeyboardEvent): void {
    const act = this.page?.keys?.[event.code];
    if (act === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    act();
  }

  /** A marker that has gone out of sight cannot be focused: then the place itself is. */
  private giveBack(): void {
    const { opener } = this;
    const there = opener !== null && opener.isConnected && opener.getClientRects().length > 0;
    (there ? opener : homeOf(this.room)).focus({ preventScroll: true });
  }
}

function button(name: 'back' | 'close', onClick: () => void): HTMLButtonElement {
  return h('button', { type: 'button', class: `icon ${name}`, click: onClick }, icon(name));
}
