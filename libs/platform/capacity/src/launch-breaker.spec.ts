import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import fc from 'fast-check';
import { reachableFrom, toMermaid, transition } from '@stead/platform/machine';
import {
  afterSupplyEvent,
  atTime,
  newSupply,
  supplyTransitions,
  type Supply,
  type SupplyEvent,
  type SupplyState,
} from './launch-breaker';

const POLICY = { holdMs: 300_000, holdMaxMs: 3_600_000 };
const STATES = Object.keys(supplyTransitions) as SupplyState[];
const EVENTS = Object.keys(supplyTransitions.usable) as SupplyEvent[];
const fail = (supply: Supply, atMs: number): Supply => afterSupplyEvent(supply, 'fail', POLICY, atMs, 'no capacity');

describe('the supply of a pool', () => {
  it.each(STATES.flatMap((state) => EVENTS.map((event) => [state, event] as const)))('decides %s on %s', (state, event) => {
    const supply = { ...newSupply(POLICY), state };
    const verdict = transition(supplyTransitions, state, event);
    const after = afterSupplyEvent(supply, event, POLICY, 0);
    expect(after.state).toBe(verdict.kind === 'move' ? verdict.to : state);
    expect(verdict.kind).not.toBe('reject');
  });

  it('reaches every state', () => {
    expect([...reachableFrom(supplyTransitions, 'usable')].sort()).toEqual([...STATES].sort());
  });

  it('is not counted on for five minutes after a failure, then tried; each try that fails doubles that', () => {
    let supply = fail(newSupply(POLICY), 0);
    expect(supply).toMatchObject({ state: 'dry', untilMs: 300_000, detail: 'no capacity' });
    expect(atTime(supply, POLICY, 299_999).state).toBe('dry');
    for (const holdMs of [600_000, 1_200_000, 2_400_000, 3_600_000, 3_600_000]) {
      const atMs = supply.untilMs ?? 0;
      supply = fail(atTime(supply, POLICY, atMs), atMs);
      expect(supply).toMatchObject({ state: 'dry', holdMs, untilMs: atMs + holdMs });
    }
  });

  it('begins the wait anew, without doubling it, when what waits already is refused again', () => {
    expect(fail(fail(newSupply(POLICY), 0), 100_000)).toMatchObject({ untilMs: 400_000, holdMs: 300_000 });
  });

  it('is usable again with the first machine that starts, as if nothing had been', () => {
    const dry = fail(fail(newSupply(POLICY), 0), 1);
    expect(afterSupplyEvent(dry, 'launch', POLICY, 2)).toEqual(newSupply(POLICY));
  });

  it('is always tried again in the end, whatever has happened', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom(...EVENTS), fc.nat(1_000_000)), { maxLength: 40 }), (order) => {
        let [supply, nowMs] = [newSupply(POLICY), 0];
        for (const [event, afterMs] of order) {
          nowMs += afterMs;
          supply = afterSupplyEvent(atTime(supply, POLICY, nowMs), event, POLICY, nowMs);
          expect(supply.untilMs === null).toBe(supply.state !== 'dry');
        }
        expect(atTime(supply, POLICY, nowMs + POLICY.holdMaxMs).state).not.toBe('dry');
      }),
    );
  });
});

it('the diagram in the README of the dispatcher is drawn from the table', () => {
  const readme = readFileSync(resolve(__dirname, '../../../../apps/dispatcher/README.md'), 'utf8');
  expect(readme).toContain(toMermaid(supplyTransitions, 'usable'));
});
