import { randomUUID } from 'node:crypto';
import { elementSchema, type Element, type ElementKind, type ElementOf } from '@stead/contracts/studio';
import type { z } from 'zod';

type Input<Kind extends ElementKind> = Extract<z.input<typeof elementSchema>, { kind: Kind }>;

const PLAIN: { [Kind in ElementKind]: () => Input<Kind> } = {
  hotspot: () => ({ kind: 'hotspot', id: randomUUID(), title: { en: 'Altar' }, anchor: [1, 2, 0.5] }),
  tour: () => ({
    ...{ kind: 'tour', id: randomUUID(), title: { en: 'Round' } },
    stops: [{ view: { position: [0, 0, 1.6], target: [1, 0, 1.6] } }],
  }),
  measurement: () => ({
    ...{ kind: 'measurement', id: randomUUID() },
    measured: {
      of: 'distance',
      points: [
        [0, 0, 0],
        [3, 4, 0],
      ],
    },
  }),
  calibration: () => ({
    ...{ kind: 'calibration', id: randomUUID(), lengthM: 2 },
    points: [
      [0, 0, 0],
      [1, 0, 0],
    ],
  }),
  'plan-alignment': () => ({
    ...{ kind: 'plan-alignment', id: randomUUID() },
    pairs: [
      { plan: [0, 0], map: [0, 0, 0] },
      { plan: [100, 0], map: [10, 0, 0] },
    ],
  }),
  'ar-anchor': () => ({ kind: 'ar-anchor', id: randomUUID(), title: { ko: '사자상' }, position: [0, 0, 0] }),
  'route-point': () => ({ kind: 'route-point', id: randomUUID(), position: [0, 0, 0] }),
  'route-path': () => ({ kind: 'route-path', id: randomUUID(), fromId: randomUUID(), toId: randomUUID() }),
  redaction: () => ({ kind: 'redaction', id: randomUUID(), region: { shape: 'box', min: [0, 0, 0], max: [1, 1, 1] } }),
};

/** An element as whoever edits sends it, with nothing said that need not be. */
export function anInput<Kind extends ElementKind>(kind: Kind, change: Partial<Input<Kind>> = {}): Input<Kind> {
  return { ...PLAIN[kind](), ...change };
}

/** The same as it is kept. */
export function anElement<Kind extends ElementKind>(kind: Kind, change: Partial<Input<Kind>> = {}): ElementOf<Kind> {
  const element: Element = elementSchema.parse(anInput(kind, change));
  return element as ElementOf<Kind>; // the kind is the one that was asked for
}
