import type { Element } from '@stead/contracts/studio';
import { volumeSha256 } from './privacy/plan';
import { publishedSceneOf, requireGone } from './published-scene';
import type { Scene } from './scene';
import { anElement } from '../testing/element.builder';

const SCENE: Scene = {
  ...{
    id: 's',
    workspaceId: 'w',
    requestId: 'r',
    spaceMapId: 'm',
    name: 'Hall',
    start: null,
    revision: 2,
    attention: 0,
    elements: 1,
  },
  version: { id: 'v', spaceMapId: 'm', number: 1, name: 'Hall', bundlePrefix: '', manifestSha256: '' },
  ...{ createdAt: new Date(0), changedAt: new Date(0) },
};
const published = (...elements: Element[]): Element[] =>
  publishedSceneOf(
    SCENE,
    elements.map((element) => ({ element, derived: null })),
    null,
  ).elements.map(({ element }) => element);

it('is in the order of the list of contents', () => {
  const [a, b, c] = [
    anElement('hotspot', { order: 2 }),
    anElement('hotspot', { order: 0 }),
    anElement('ar-anchor', { order: 1 }),
  ];
  expect(published(a, b, c)).toEqual([b, c, a]);
});

it('has nothing that is hidden, and nothing that speaks of it', () => {
  const hidden = anElement('hotspot', { hidden: true });
  const seen = anElement('hotspot');
  const view = { position: [0, 0, 1], target: [1, 0, 1] } as const;
  const tour = anElement('tour', {
    stops: [
      { hotspotId: hidden.id },
      { hotspotId: seen.id },
      { hotspotId: hidden.id, view: { position: [...view.position], target: [...view.target] } },
    ],
  });
  const empty = anElement('tour', { stops: [{ hotspotId: hidden.id }] });
  const [from, to] = [anElement('route-point', { hidden: true }), anElement('route-point')];
  const path = anElement('route-path', { fromId: from.id, toId: to.id });
  const shown = published(hidden, seen, tour, empty, from, to, path);
  expect(shown.map(({ id }) => id).sort()).toEqual([seen.id, tour.id, to.id].sort());
  expect(JSON.stringify(shown)).not.toContain(hidden.id);
  expect(shown.find(({ kind }) => kind === 'tour')).toMatchObject({ stops: [{ hotspotId: seen.id }, { hotspotId: null, view }] });
});

it('has no tools of whoever edits', () => {
  expect(published(anElement('calibration'))).toEqual([]);
});

it('has nothing of what was hidden, which is gone from the place itself', () => {
  expect(published(anElement('redaction'))).toEqual([]);
});

describe('a scene that hides a part of the place', () => {
  const redaction = anElement('redaction', { hidden: true });
  const { region } = redaction as Extract<typeof redaction, { kind: 'redaction' }>;

  it('is refused while that part can be seen', () => {
    expect(() => requireGone([redaction], new Set())).toThrow(expect.objectContaining({ code: 'studio/redactions-pending' }));
    expect(() => requireGone([redaction], new Set(['another part']))).toThrow();
  });

  it('can be shown once that very part is gone', () => {
    expect(() => requireGone([redaction, anElement('hotspot')], new Set([volumeSha256(region)]))).not.toThrow();
    const larger = anElement('redaction', { region: { shape: 'box', min: [0, 0, 0], max: [1, 1, 1.1] } });
    expect(() => requireGone([larger], new Set([volumeSha256(region)]))).toThrow();
  });
});
