import type { Tx } from '@stead/platform/postgres';
import type { ElementStore, StoredElement } from './scene-ports';
import type { Scene } from '../domain/scene';

const PAGE = 500;

/** All elements of a scene, which is locked: else its pages are of several revisions. */
export async function everyElement(tx: Tx, elements: ElementStore, scene: Scene): Promise<StoredElement[]> {
  const found: StoredElement[] = [];
  for (;;) {
    const page = await elements.list(tx, scene, { after: found.at(-1)?.element.id ?? null, limit: PAGE, attention: false });
    found.push(...page);
    if (page.length < PAGE) return found;
  }
}
