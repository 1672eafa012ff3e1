import { h, icon, type IconName } from './dom';

export interface Tool {
  readonly id: string;
  readonly icon: IconName;
  /** Short enough to stand on it. */
  readonly label: () => string;
  /** Begins with the label; null where that says all. */
  readonly title: (() => string) | null;
  /** Null for what is no switch. */
  readonly pressed: (() => boolean) | null;
  readonly there: () => boolean;
  press(): void;
}

/** The buttons above the picture. */
export class Tools {
  private readonly buttons: readonly { tool: Tool; button: HTMLButtonElement; label: HTMLElement }[];

  constructor(
    private readonly into: HTMLElement,
    tools: readonly Tool[],
  ) {
    this.buttons = tools.map((tool) => {
      const label = h('span');
      const button = h('button', { type: 'button', id: `tool-${tool.id}` }, icon(tool.icon), label);
      button.addEventListener('click', () => {
        tool.press();
        this.write();
      });
      return { tool, button, label };
    });
    into.replaceChildren(...this.buttons.map(({ button }) => button));
    this.write();
  }

  button(id: string): HTMLButtonElement | null {
    return this.buttons.find(({ tool }) => tool.id === id)?.button ?? null;
  }

  /** As if it had been clicked; nothing where it is not there. */
  press(id: string): void {
    const button = this.button(id);
    if (button !== null && !button.hidden) button.click();
  }

  write(): void {
    for (const { tool, button, label } of this.buttons) {
      button.hidden = !tool.there();
      const text = tool.label();
      label.textContent = text;
      const title = tool.title?.() ?? text;
      button.setAttribute('aria-label', title); // narrow screens show the icon alone
      button.title = title;
      if (tool.pressed !== null) button.setAttribute('aria-pressed', String(tool.pressed()));
    }
    this.into.hidden = this.buttons.every(({ button }) => button.hidden);
  }

  remove(): void {
    this.into.replaceChildren();
    this.into.hidden = true;
  }
}
