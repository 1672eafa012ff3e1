import { isInside, project, type Lens, type Vec3 } from '@stead/web/viewer-core';
import { h } from './dom';

export interface Label {
  readonly at: Vec3;
  readonly text: string;
  /** Under what it names, which is to be seen. */
  readonly below?: boolean;
}

/** Words beside lines. They are for eyes: the list of contents says the same to everybody else. */
export class Labels {
  private readonly byName = new Map<string, { at: Vec3; node: HTMLElement }[]>();

  constructor(private readonly into: HTMLElement) {}

  show(name: string, labels: readonly Label[]): void {
    for (const { node } of this.byName.get(name) ?? []) node.remove();
    const made = labels.map(({ at, text, below = false }) => {
      const node = h('span', { class: below ? 'measure-label below' : 'measure-label', hidden: true }, text);
      return { at, node };
    });
    this.byName.set(name, made);
    this.into.append(...made.map(({ node }) => node));
  }

  place(lens: Lens): void {
    for (const { at, node } of [...this.byName.values()].flat()) {
      const seen = project(lens, at);
      node.hidden = seen === null || !isInside(lens, seen);
      if (seen !== null && !node.hidden) node.style.translate = `${seen.x.toFixed(1)}px ${seen.y.toFixed(1)}px`;
    }
  }

  remove(): void {
    this.into.replaceChildren();
  }
}
