import fc from 'fast-check';
import { EARLIER_MAX, movedTo, newPublicationId, rolledBack, stateAfter, type Edition, type Publication } from './publication';

/** An edition with a version of the same name. */
const edition = (id: string, contents?: string): Edition => ({
  id,
  version: {
    ...{ id: id.split('-')[0] ?? id, spaceMapId: 'map', number: 1, name: 'Hall' },
    ...{ bundlePrefix: `runs/${id}/bundle/`, manifestSha256: 'a'.repeat(64) },
  },
  scene:
    contents === undefined ? null : { id: 's', revision: 2, elements: 1, contents: { key: 'k', sha256: contents, bytes: 9 } },
});
const publication: Publication = {
  id: 'p',
  workspaceId: 'w',
  sortId: 's',
  requestId: 'r',
  spaceMapId: 'map',
  title: 'Hall',
  ...{ visibility: 'link', passwordHash: null, embedSites: null, preview: null, photos: false },
  state: 'published',
  edition: edition('v1'),
  earlier: [],
  revision: 1,
  createdAt: new Date(0),
  changedAt: new Date(0),
};

describe('what a publication shows', () => {
  it('goes back the way it came, however it was moved', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('v1', 'v2', 'v3', 'v4'), { maxLength: EARLIER_MAX }), (moves) => {
        const known = new Map(['v1', 'v2', 'v3', 'v4'].map((id) => [id, edition(id)]));
        let at = publication;
        const shown = [at.edition.id];
        for (const id of moves) {
          at = { ...at, ...movedTo(at, edition(id)) };
          if (shown.at(-1) !== id) shown.push(id);
        }
        while (shown.length > 1) {
          shown.pop();
          at = { ...at, ...rolledBack(at, known) };
          expect(at.edition.id).toBe(shown.at(-1));
        }
        expect(() => rolledBack(at, known)).toThrow('always shown');
      }),
    );
  });

  it('passes over versions that are gone', () => {
    const moved = { ...publication, ...movedTo(publication, edition('v2')) };
    const again = { ...moved, ...movedTo(moved, edition('v3')) };
    expect(rolledBack(again, new Map([['v1', edition('v1')]])).edition.id).toBe('v1');
  });

  it('is another thing when the scene over the same version is another', () => {
    const first = { ...publication, ...movedTo(publication, edition('v1-a', 'one')) };
    expect(first.edition.id).toBe('v1-a');
    expect(movedTo(first, edition('v1-b', 'one')).edition.id).toBe('v1-a'); // the same, published again
    const second = { ...first, ...movedTo(first, edition('v1-c', 'two')) };
    expect(second.earlier.map(({ id, sceneRevision }) => [id, sceneRevision])).toEqual([
      ['v1', null],
      ['v1-a', 2],
    ]);
  });

  it('remembers a bounded number of earlier ones', () => {
    const at = Array.from({ length: 100 }, (_, i) => `v${i + 2}`).reduce<Publication>(
      (before, id) => ({ ...before, ...movedTo(before, edition(id)) }),
      publication,
    );
    expect(at.earlier).toHaveLength(EARLIER_MAX);
    expect(at.earlier.at(-1)?.id).toBe('v100');
  });

  it('of a closed publication cannot be changed', () => {
    expect(() => stateAfter({ ...publication, state: 'closed' }, 'change')).toThrow(
      expect.objectContaining({ kind: 'conflict' }),
    );
    expect(stateAfter({ ...publication, state: 'closed' }, 'unpublish')).toBeNull();
  });
});

it('the id of a publication cannot be guessed: it is a random UUID', () => {
  const ids = Array.from({ length: 100 }, newPublicationId);
  expect(new Set(ids).size).toBe(100);
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});
