import { randomUUID } from 'node:crypto';
import type { Element } from '@stead/contracts/studio';
import { requireWhole, type Surroundings } from './references';
import { NO_EDIT, type SceneEdit } from './scene';
import { anElement } from '../testing/element.builder';

const ALONE: Surroundings = { kinds: new Map(), referrers: [], calibrationId: null };

function edit(...changes: (readonly [before: Element | null, after: Element | null])[]): SceneEdit {
  const elements = new Map(changes.map(([before, after]) => [(before ?? after)?.id ?? '', { before, after }]));
  return { ...NO_EDIT, elements };
}

const hotspot = anElement('hotspot');
const tour = anElement('tour', { stops: [{ hotspotId: hotspot.id }] });
const [from, to] = [anElement('route-point'), anElement('route-point')];
const path = anElement('route-path', { fromId: from.id, toId: to.id });
const calibration = anElement('calibration');

it.each<[string, SceneEdit, Partial<Surroundings>]>([
  ['a tour of a hotspot that is put with it', edit([null, hotspot], [null, tour]), {}],
  ['a tour of a hotspot that is there', edit([null, tour]), { kinds: new Map([[hotspot.id, 'hotspot']]) }],
  ['a way between two places', edit([null, from], [null, to], [null, path]), {}],
  ['a hotspot that goes with its tour', edit([hotspot, null], [tour, null]), { referrers: [] }],
  [
    'a hotspot whose tour leaves it in the same edit',
    edit([hotspot, null], [tour, anElement('tour', { id: tour.id })]),
    { referrers: [{ id: tour.id, to: hotspot.id }] },
  ],
  ['one calibration instead of another', edit([null, calibration], [anElement('calibration'), null]), {}],
  ['the same calibration again', edit([calibration, { ...calibration, lengthM: 3 }]), { calibrationId: calibration.id }],
])('%s leaves the scene whole', (_name, change, more) => {
  expect(() => requireWhole(change, { ...ALONE, ...more })).not.toThrow();
});

it.each<[string, SceneEdit, Partial<Surroundings>, string]>([
  ['a tour of nothing', edit([null, tour]), {}, 'studio/element-reference'],
  ['a tour of a place', edit([null, tour]), { kinds: new Map([[hotspot.id, 'route-point']]) }, 'studio/element-reference'],
  ['a tour of a hotspot that goes', edit([null, tour], [hotspot, null]), {}, 'studio/element-reference'],
  ['a way from nowhere', edit([null, to], [null, path]), {}, 'studio/element-reference'],
  [
    'a hotspot that a tour needs',
    edit([hotspot, null]),
    { referrers: [{ id: tour.id, to: hotspot.id }] },
    'studio/element-in-use',
  ],
  ['a second calibration', edit([null, calibration]), { calibrationId: randomUUID() }, 'studio/scale-known'],
  ['two calibrations at once', edit([null, calibration], [null, anElement('calibration')]), {}, 'studio/scale-known'],
])('%s does not', (_name, change, more, code) => {
  expect(() => requireWhole(change, { ...ALONE, ...more })).toThrow(expect.objectContaining({ code }));
});
