import { ApiProblem } from '@stead/web/api-client';
import { newHotspot, newTour, newStop } from './make';
import { SceneKeeper, type Drawer, type SceneServer } from './scene-keeper';
import { same } from './same';
import { keyOf, type Change, type Element, type ElementOf, type SceneElement, type Snapshot } from './types';

const AT = '2026-03-01T10:00:00.000Z';
const SCENE: Snapshot['scene'] = {
  ...{ id: crypto.randomUUID(), spaceMapId: crypto.randomUUID(), versionId: crypto.randomUUID(), versionNumber: 1, name: 'Hall' },
  ...{ start: null, revision: 1, elements: 0, attention: 0, createdAt: AT, changedAt: AT },
};
const placed = { point: [1, 2, 3], normal: [0, 0, 1] } as const;
const hotspot = (en: string): ElementOf<'hotspot'> =>
  newHotspot(0, { en }, { point: [...placed.point], normal: [...placed.normal] });
const titled = (element: Element, en: string): Change => ({ op: 'put', element: { ...element, title: { en } } as Element }); // of a kind with a title
const problem = (status: number, code: string, errors: { pointer: string; detail: string }[] = []): ApiProblem =>
  new ApiProblem(status, code, code, '', errors, 'trace');

/** A scene on a server as studio keeps it: compared by its tag, a save by its name done once, texts trimmed. */
class Studio implements SceneServer {
  revision = 1;
  name = SCENE.name;
  elements = new Map<string, SceneElement>();
  readonly saves: { changeId: string; changes: readonly Change[] }[] = [];
  /** What happens to the next requests instead of an answer: before it is done, or after. */
  faults: ('refused' | 'lost' | 'away')[] = [];
  private readonly done = new Set<string>();

  read(): Promise<Snapshot> {
    if (this.faults[0] === 'away') return Promise.reject(new TypeError('fetch failed'));
    const scene = { ...SCENE, name: this.name, revision: this.revision, elements: this.elements.size };
    return Promise.resolve({ scene, tag: this.tag, elements: [...this.elements.values()] });
  }

  async save(changeId: string, changes: readonly Change[], tag: string): Promise<{ scene: Snapshot['scene']; tag: string }> {
    const fault = this.faults.shift();
    if (fault === 'away') throw new TypeError('fetch failed');
    if (!this.done.has(changeId)) {
      if (tag !== this.tag) throw problem(412, 'platform/precondition');
      const wrong = changes.findIndex(
        (change) => change.op === 'put' && 'title' in change.element && change.element.title?.en === '',
      );
      if (wrong >= 0)
        throw problem(400, 'platform/invalid', [{ pointer: `/changes/${wrong}/element/title/en`, detail: 'too short' }]);
      if (fault === 'refused') throw problem(422, 'studio/element-reference');
      this.put(changes);
      this.done.add(changeId);
      this.saves.push({ changeId, changes });
    }
    if (fault === 'lost') throw new TypeError('the answer was lost');
    return { scene: (await this.read()).scene, tag: this.tag };
  }

  /** As somebody else's edit does. */
  put(changes: readonly Change[]): void {
    this.revision += 1;
    for (const change of changes) {
      if (change.op === 'rename') this.name = change.name;
      if (change.op === 'remove') this.elements.delete(change.elementId);
      if (change.op !== 'put') continue;
      const element = JSON.parse(
        JSON.stringify(change.element, (_, text: unknown) => (typeof text === 'string' ? text.trim() : text)),
      ) as Element;
      this.elements.set(element.id, { element, revision: this.revision, derived: null, attention: null });
    }
  }

  titleOf(id: string): string | undefined {
    const element = this.elements.get(id)?.element;
    return element !== undefined && 'title' in element ? element.title?.en : undefined;
  }

  private get tag(): string {
    return `"${this.revision}"`;
  }
}

class Memory implements Drawer {
  text: string | null = null;
  read = (): string | null => this.text;
  write = (text: string | null): void => void (this.text = text);
}

/** Never by itself: specs say when it saves. */
const NEVER_MS = 1e9;
const keepers: SceneKeeper[] = [];
async function open(studio: Studio, memory: Memory = new Memory()): Promise<SceneKeeper> {
  const keeper = new SceneKeeper(studio, memory, await studio.read(), NEVER_MS);
  keepers.push(keeper);
  return keeper;
}

describe('a scene that is edited', () => {
  afterEach(() => keepers.splice(0).forEach((keeper) => keeper.stop()));

  it('shows an edit at once, saves it, and shows what the server has made of it', async () => {
    const [studio, memory] = [new Studio(), new Memory()];
    const keeper = await open(studio, memory);
    const one = hotspot('Clock ');
    keeper.edit({ op: 'put', element: one });
    expect(keeper.state()).toMatchObject({ phase: 'waiting', unsaved: 1, elements: [{ element: one }] });
    await keeper.flush();
    expect(keeper.state()).toMatchObject({
      phase: 'saved',
      unsaved: 0,
      elements: [{ element: { title: { en: 'Clock' } }, revision: 2 }],
    });
    expect(memory.text).toBeNull();
  });

  it('makes one save of many edits, with the last state of each thing', async () => {
    const studio = new Studio();
    const keeper = await open(studio);
    const one = hotspot('C');
    for (const title of ['C', 'Cl', 'Clock']) keeper.edit(titled(one, title));
    keeper.edit({ op: 'rename', name: 'Great hall' });
    await keeper.flush();
    expect(studio.saves.map(({ changes }) => changes.map(keyOf))).toEqual([[one.id, 'name']]);
    expect([studio.titleOf(one.id), studio.name, studio.revision]).toEqual(['Clock', 'Great hall', 2]);
  });

  it('is saved once when the answer was lost', async () => {
    const studio = new Studio();
    studio.faults = ['lost'];
    const keeper = await open(studio);
    const one = hotspot('Clock');
    keeper.edit({ op: 'put', element: one });
    await keeper.flush();
    expect(keeper.state()).toMatchObject({ phase: 'away', unsaved: 1 });
    keeper.edit(titled(one, 'Clock and bell')); // meanwhile
    await keeper.flush();
    expect(keeper.state()).toMatchObject({ phase: 'saved', trouble: null });
    expect([studio.saves.length, studio.titleOf(one.id), studio.revision]).toEqual([2, 'Clock and bell', 3]);
  });

  it('loses nothing when the page is left while the server cannot be reached', async () => {
    const [studio, memory] = [new Studio(), new Memory()];
    const keeper = await open(studio, memory);
    studio.faults = ['away'];
    const [one, two] = [hotspot('Clock'), hotspot('Bell')];
    keeper.edit({ op: 'put', element: one });
    await keeper.flush();
    keeper.edit({ op: 'put', element: two });
    expect(keeper.state().phase).toBe('away');
    const after = await open(studio, memory); // the page is loaded again
    expect(after.state()).toMatchObject({ unsaved: 2, elements: [{ element: one }, { element: two }] });
    await after.flush();
    expect([studio.titleOf(one.id), studio.titleOf(two.id), after.state().phase]).toEqual(['Clock', 'Bell', 'saved']);
    expect(memory.text).toBeNull();
  });

  it('takes in what somebody else has changed, where it is something else', async () => {
    const studio = new Studio();
    const [clock, bell] = [hotspot('Clock'), hotspot('Bell')];
    studio.put([
      { op: 'put', element: clock },
      { op: 'put', element: bell },
    ]);
    const keeper = await open(studio);
    keeper.edit(titled(clock, 'My clock'));
    studio.put([titled(bell, 'Their bell')]);
    await keeper.flush();
    expect(keeper.state()).toMatchObject({ phase: 'saved', conflict: null, joined: 1 });
    expect([studio.titleOf(clock.id), studio.titleOf(bell.id)]).toEqual(['My clock', 'Their bell']);
  });

  describe('that somebody else has changed the same way', () => {
    const clashing = async (): Promise<{ studio: Studio; keeper: SceneKeeper; clock: Element; bell: Element }> => {
      const studio = new Studio();
      const [clock, bell] = [hotspot('Clock'), hotspot('Bell')];
      studio.put([
        { op: 'put', element: clock },
        { op: 'put', element: bell },
      ]);
      const keeper = await open(studio);
      keeper.edit(titled(clock, 'My clock'), titled(bell, 'My bell'));
      studio.put([titled(clock, 'Their clock')]);
      await keeper.flush();
      expect(keeper.state()).toMatchObject({ phase: 'conflict', conflict: { clashes: [{ key: clock.id }] } });
      expect(studio.titleOf(clock.id)).toBe('Their clock');
      return { studio, keeper, clock, bell };
    };

    it('is mine where I say so', async () => {
      const { studio, keeper, clock, bell } = await clashing();
      keeper.resolve('mine');
      await keeper.flush();
      expect([studio.titleOf(clock.id), studio.titleOf(bell.id), keeper.state().phase]).toEqual(['My clock', 'My bell', 'saved']);
    });

    it('is theirs where I say so, and the rest of mine is saved', async () => {
      const { studio, keeper, clock, bell } = await clashing();
      keeper.resolve('theirs');
      await keeper.flush();
      expect([studio.titleOf(clock.id), studio.titleOf(bell.id), keeper.state().phase]).toEqual([
        'Their clock',
        'My bell',
        'saved',
      ]);
    });

    it('waits, whatever is edited and however often it is flushed, until somebody chooses', async () => {
      const { studio, keeper, bell } = await clashing();
      keeper.edit(titled(bell, 'My other bell'));
      await keeper.flush();
      expect([keeper.state().phase, studio.titleOf(bell.id)]).toEqual(['conflict', 'Bell']);
      keeper.resolve('mine');
      await keeper.flush();
      expect(studio.titleOf(bell.id)).toBe('My other bell');
    });
  });

  it('meets a deletion by somebody else as a conflict, and the same wish of both as none', async () => {
    const studio = new Studio();
    const [clock, bell] = [hotspot('Clock'), hotspot('Bell')];
    studio.put([
      { op: 'put', element: clock },
      { op: 'put', element: bell },
    ]);
    const keeper = await open(studio);
    keeper.edit(titled(clock, 'My clock'), { op: 'remove', elementId: bell.id });
    studio.put([
      { op: 'remove', elementId: clock.id },
      { op: 'remove', elementId: bell.id },
    ]);
    await keeper.flush();
    expect(keeper.state().conflict?.clashes).toMatchObject([{ key: clock.id, theirs: null }]);
  });

  it('saves the rest when the server refuses a part, says why at it, and tries that again when it is changed', async () => {
    const [studio, memory] = [new Studio(), new Memory()];
    const keeper = await open(studio, memory);
    const [clock, bell] = [hotspot('Clock'), hotspot('Bell')];
    keeper.edit(titled(clock, ''), { op: 'put', element: bell });
    await keeper.flush();
    expect(keeper.state()).toMatchObject({ phase: 'refused', unsaved: 1 });
    expect(keeper.state().refused.get(clock.id)).toMatchObject({ errors: [{ pointer: '/title/en', detail: 'too short' }] });
    expect([studio.titleOf(bell.id), studio.elements.has(clock.id)]).toEqual(['Bell', false]);
    expect(memory.text).toContain(clock.id); // it outlives a reload too
    keeper.edit(titled(clock, 'Clock'));
    await keeper.flush();
    expect([studio.titleOf(clock.id), keeper.state().phase]).toEqual(['Clock', 'saved']);
  });

  it('tries what was put right while the refusal was on its way', async () => {
    const studio = new Studio();
    const keeper = await open(studio);
    const clock = hotspot('Clock');
    keeper.edit(titled(clock, ''));
    const flushed = keeper.flush();
    keeper.edit(titled(clock, 'Clock'));
    await flushed;
    expect([studio.titleOf(clock.id), keeper.state().phase, keeper.state().refused.size]).toEqual(['Clock', 'saved', 0]);
  });

  it('finds out which change is refused where the server names none', async () => {
    const studio = new Studio();
    const keeper = await open(studio);
    const clock = hotspot('Clock');
    const tour = newTour(0, { en: 'Tour' }, [newStop({ hotspotId: crypto.randomUUID() })]);
    studio.faults = ['refused', 'refused'];
    keeper.edit({ op: 'put', element: tour }, { op: 'put', element: clock });
    await keeper.flush();
    expect([...keeper.state().refused.keys()]).toEqual([tour.id]);
    expect([studio.titleOf(clock.id), studio.elements.has(tour.id)]).toEqual(['Clock', false]);
  });

  it('lets the server act only on what is saved', async () => {
    const studio = new Studio();
    const keeper = await open(studio);
    const clock = hotspot('Clock');
    keeper.edit({ op: 'put', element: clock });
    const acted: string[] = [];
    const act = (): Promise<boolean> => keeper.act((tag) => Promise.resolve(acted.push(tag)));
    expect([await act(), acted, studio.titleOf(clock.id)]).toEqual([true, ['"2"'], 'Clock']);
    keeper.edit(titled(clock, ''));
    expect([await act(), acted.length]).toEqual([false, 1]);
  });
});

describe('the same JSON', () => {
  it.each<[string, unknown, unknown, boolean]>([
    ['in another order of members', { a: 1, b: [2] }, { b: [2], a: 1 }, true],
    ['with a member that is undefined', { a: 1, b: undefined }, { a: 1 }, true],
    ['but not with another one that is null', { a: 1, b: null }, { a: 1 }, false],
    ['nor a list as a record', [1], { 0: 1 }, false],
    ['nor in another order of a list', [1, 2], [2, 1], false],
  ])('%s', (_, left, right, want) => expect(same(left, right)).toBe(want));
});
