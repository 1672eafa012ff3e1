import type { Derived, Element, ElementKind, ElementOf, PublishedMedia, PublishedScene } from '@stead/contracts/studio';

export type Hotspot = ElementOf<'hotspot'>;
export type Tour = ElementOf<'tour'>;
export type ArAnchor = ElementOf<'ar-anchor'>;

/** Kinds that a visitor finds in the list of contents. */
export const LISTED = ['hotspot', 'tour', 'measurement', 'route-point', 'ar-anchor'] as const satisfies readonly ElementKind[];
export type ListedKind = (typeof LISTED)[number];
export type Listed = ElementOf<ListedKind>;

/** What hangs in the place, in the order of the list of contents. */
export class Catalogue {
  private readonly byId: ReadonlyMap<string, { element: Element; derived: Derived | null }>;
  private readonly mediaById: ReadonlyMap<string, PublishedMedia>;

  constructor(private readonly scene: PublishedScene) {
    this.byId = new Map(scene.elements.map((one) => [one.element.id, one]));
    this.mediaById = new Map(scene.media.map((file) => [file.id, file]));
  }

  get metresPerUnit(): number | null {
    return this.scene.metresPerUnit;
  }

  get listed(): Listed[] {
    return this.scene.elements.flatMap(({ element }) => (isListed(element) ? [element] : []));
  }

  all<K extends ElementKind>(kind: K): ElementOf<K>[] {
    return this.scene.elements.flatMap(({ element }) => (isOf(element, kind) ? [element] : []));
  }

  find<K extends ElementKind>(kind: K, id: string | null): ElementOf<K> | null {
    const found = id === null ? undefined : this.byId.get(id)?.element;
    return found !== undefined && isOf(found, kind) ? found : null;
  }

  listedById(id: string): Listed | null {
    const found = this.byId.get(id)?.element;
    return found !== undefined && isListed(found) ? found : null;
  }

  derived<Of extends Derived['of']>(id: string, of: Of): Extract<Derived, { of: Of }> | null {
    const derived = this.byId.get(id)?.derived ?? null;
    return derived?.of === of ? (derived as Extract<Derived, { of: Of }>) : null; // told apart by `of`
  }

  media(id: string | null): PublishedMedia | null {
    return id === null ? null : (this.mediaById.get(id) ?? null);
  }
}

export const EMPTY: PublishedScene = { schemaVersion: 1, name: '', start: null, metresPerUnit: null, elements: [], media: [] };

function isOf<K extends ElementKind>(element: Element, kind: K): element is ElementOf<K> {
  return element.kind === kind;
}

function isListed(element: Element): element is Listed {
  return (LISTED as readonly string[]).includes(element.kind);
}
