import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import type { Element, SceneChange } from '@stead/contracts/studio';
import { composed, conflictsOf, editOf, growthOf, inverted, isEmpty, type SceneEdit, type SceneState } from './scene';
import { anElement } from '../testing/element.builder';

const EMPTY: SceneState = { name: 'Hall', start: null, elements: new Map() };
const put = (element: Element): SceneChange => ({ op: 'put', element });
const remove = (elementId: string): SceneChange => ({ op: 'remove', elementId });

function after(state: SceneState, edit: SceneEdit): SceneState {
  const elements = new Map(state.elements);
  for (const [id, { after: element }] of edit.elements) {
    if (element === null) elements.delete(id);
    else elements.set(id, element);
  }
  return {
    elements,
    name: edit.name?.after ?? state.name,
    start: edit.start === null ? state.start : edit.start.after,
  };
}

describe('an edit', () => {
  it('knows of each element what it was and what it has become', () => {
    const old = anElement('hotspot');
    const moved = { ...old, order: 3 };
    const fresh = anElement('tour');
    const state = { ...EMPTY, elements: new Map([[old.id, old]]) };
    expect(editOf(state, [put(moved), put(fresh)]).elements).toEqual(
      new Map<string, unknown>([
        [old.id, { before: old, after: moved }],
        [fresh.id, { before: null, after: fresh }],
      ]),
    );
  });

  it('that ends where it began is none', () => {
    const element = anElement('hotspot');
    const changes = [put(element), remove(element.id), remove(randomUUID()), { op: 'rename', name: 'Hall' } as const];
    expect(isEmpty(editOf(EMPTY, changes))).toBe(true);
  });

  it('does not make another kind of an element', () => {
    const hotspot = anElement('hotspot');
    const state = { ...EMPTY, elements: new Map([[hotspot.id, hotspot]]) };
    expect(() => editOf(state, [put(anElement('tour', { id: hotspot.id }))])).toThrow(
      expect.objectContaining({
        code: 'studio/element-kind',
        errors: [expect.objectContaining({ pointer: '/changes/0/element/kind' })],
      }),
    );
  });

  it('meets what somebody else has changed since', () => {
    const element = anElement('hotspot');
    const edit = editOf(EMPTY, [put(element)]);
    const now = { ...EMPTY, elements: new Map([[element.id, { ...element, hidden: true }]]) };
    expect(conflictsOf(now, inverted(edit))).toEqual([element.id]);
    expect(conflictsOf(after(EMPTY, edit), inverted(edit))).toEqual([]);
  });
});

describe('whatever is edited', () => {
  const ids = Array.from({ length: 4 }, () => randomUUID());
  const change = fc.oneof(
    fc
      .tuple(fc.constantFrom(...ids), fc.nat(3), fc.boolean())
      .map(([id, order, hidden]) => put(anElement('hotspot', { id, order, hidden }))),
    fc.constantFrom(...ids).map(remove),
    fc.constantFrom('Hall', 'Cellar').map((name): SceneChange => ({ op: 'rename', name })),
    fc.constantFrom<SceneChange>({ op: 'start', view: null }, { op: 'start', view: { position: [0, 0, 1], target: [1, 0, 1] } }),
  );
  const edits = fc.array(fc.array(change, { minLength: 1, maxLength: 6 }), { maxLength: 8 });

  const play = (batches: readonly (readonly SceneChange[])[]): { states: SceneState[]; done: SceneEdit[] } => {
    const states = [EMPTY];
    const done: SceneEdit[] = [];
    for (const batch of batches) {
      const state = states.at(-1) ?? EMPTY;
      const edit = editOf(state, batch);
      done.push(edit);
      states.push(after(state, edit));
    }
    return { states, done };
  };

  it('undoing leads back', () => {
    fc.assert(
      fc.property(edits, (batches) => {
        const { states, done } = play(batches);
        done.forEach((edit, at) => expect(after(states[at + 1] ?? EMPTY, inverted(edit))).toEqual(states[at]));
      }),
    );
  });

  it('many edits are as one, and lead back as one', () => {
    fc.assert(
      fc.property(edits, (batches) => {
        const { states, done } = play(batches);
        const last = states.at(-1) ?? EMPTY;
        const all = composed(done);
        expect(after(EMPTY, all)).toEqual(last);
        expect(after(last, inverted(all))).toEqual(EMPTY);
        expect(growthOf(all)).toBe(last.elements.size);
        expect(conflictsOf(last, inverted(all))).toEqual([]);
      }),
    );
  });
});
