import { isDeepStrictEqual } from 'node:util';
import { ELEMENTS_MAX, type Element, type SceneChange, type View } from '@stead/contracts/studio';
import { studioError } from './errors';
import type { KnownMapVersion } from './publication';

/** What a provider makes of a map: elements hung up in the frame of one version, and every state that it has had. */
export interface Scene {
  id: string;
  workspaceId: string;
  requestId: string;
  spaceMapId: string;
  version: KnownMapVersion;
  name: string;
  start: View | null;
  /** 1 is the empty scene; grows with each edit. */
  revision: number;
  elements: number;
  /** Elements that somebody has to look at since it was moved to another version. */
  attention: number;
  createdAt: Date;
  changedAt: Date;
}

interface Replaced<T> {
  before: T;
  after: T;
}

/** What one edit changes, both ways, so that it can be undone and shown. */
export interface SceneEdit {
  elements: ReadonlyMap<string, Replaced<Element | null>>;
  name: Replaced<string> | null;
  start: Replaced<View | null> | null;
  /** Ids of map versions. */
  version: Replaced<string> | null;
}

export const NO_EDIT: SceneEdit = { elements: new Map(), name: null, start: null, version: null };

/** The part of a scene that an edit concerns: the elements that it names, as they are. */
export type SceneState = Pick<Scene, 'name' | 'start'> & { elements: ReadonlyMap<string, Element> };

/** What the changes come to, done in their order. What ends as it began is left out. */
export function editOf(state: SceneState, changes: readonly SceneChange[]): SceneEdit {
  const elements = new Map<string, Replaced<Element | null>>();
  let { name, start } = state;
  changes.forEach((change, at) => {
    if (change.op === 'rename') name = change.name;
    else if (change.op === 'start') start = change.view;
    else {
      const id = change.op === 'put' ? change.element.id : change.elementId;
      const before = elements.get(id)?.before ?? state.elements.get(id) ?? null;
      const after = change.op === 'put' ? change.element : null;
      if (before !== null && after !== null && before.kind !== after.kind)
        throw studioError['element-kind'](`${id} is a ${before.kind}; remove it and make a ${after.kind} with another id`, {
          errors: [{ pointer: `/changes/${at}/element/kind`, detail: `It is a ${before.kind}` }],
        });
      elements.set(id, { before, after });
    }
  });
  return withoutEqual({
    elements,
    name: { before: state.name, after: name },
    start: { before: state.start, after: start },
    version: null,
  });
}

/** One edit after the other, as one. */
export function composed(edits: readonly SceneEdit[]): SceneEdit {
  const elements = new Map<string, Replaced<Element | null>>();
  let name: SceneEdit['name'] = null;
  let start: SceneEdit['start'] = null;
  let version: SceneEdit['version'] = null;
  for (const edit of edits) {
    for (const [id, { before, after }] of edit.elements)
      elements.set(id, { before: (elements.get(id) ?? { before }).before, after });
    if (edit.name !== null) name = { before: (name ?? edit.name).before, after: edit.name.after };
    if (edit.start !== null) start = { before: (start ?? edit.start).before, after: edit.start.after };
    if (edit.version !== null) version = { before: (version ?? edit.version).before, after: edit.version.after };
  }
  return withoutEqual({ elements, name, start, version });
}

export function inverted(edit: SceneEdit): SceneEdit {
  const turned = <T>({ before, after }: Replaced<T>): Replaced<T> => ({ before: after, after: before });
  return {
    elements: new Map([...edit.elements].map(([id, replaced]) => [id, turned(replaced)])),
    name: edit.name === null ? null : turned(edit.name),
    start: edit.start === null ? null : turned(edit.start),
    version: edit.version === null ? null : turned(edit.version),
  };
}

/** The elements that are not what the edit starts from: somebody has changed them since. */
export function conflictsOf(state: SceneState, edit: SceneEdit): string[] {
  return [...edit.elements]
    .filter(([id, { before }]) => !isDeepStrictEqual(state.elements.get(id) ?? null, before))
    .map(([id]) => id);
}

export function isEmpty({ elements, name, start, version }: SceneEdit): boolean {
  return elements.size === 0 && name === null && start === null && version === null;
}

/** How many elements there are more, or fewer. */
export function growthOf({ elements }: SceneEdit): number {
  return [...elements.values()].reduce((sum, { before, after }) => sum + Number(after !== null) - Number(before !== null), 0);
}

export function requireRoom(scene: Scene, edit: SceneEdit): void {
  const elements = scene.elements + growthOf(edit);
  if (elements > ELEMENTS_MAX && growthOf(edit) > 0)
    throw studioError['scene-full'](
      `It would have ${elements} elements; at most ${ELEMENTS_MAX} are possible. Remove some, or make another scene`,
    );
}

export function withoutEqual({ elements, name, start, version }: SceneEdit): SceneEdit {
  return {
    elements: new Map([...elements].filter(([, { before, after }]) => !isDeepStrictEqual(before, after))),
    name: name === null || name.before === name.after ? null : name,
    start: start === null || isDeepStrictEqual(start.before, start.after) ? null : start,
    version: version === null || version.before === version.after ? null : version,
  };
}
