import { transition, type TransitionTable } from '@stead/platform/machine';

/**
 * Whether machines of a pool can be had. `usable`: as far as anybody knows. `dry`: the provider had none to give, and is not
 * counted on until a while is over. `trying`: one machine is worth a try.
 */
export type SupplyState = 'usable' | 'dry' | 'trying';

/** `launch`: a machine was started. `fail`: none could be. `wait`: the while is over. */
export type SupplyEvent = 'launch' | 'fail' | 'wait';

export const supplyTransitions: TransitionTable<SupplyState, SupplyEvent> = {
  usable: { launch: 'ignore', fail: 'dry', wait: 'ignore' },
  // Karpenter tries on for pods that wait already: what it is refused, or given, is news as good as a try of ours.
  dry: { launch: 'usable', fail: 'dry', wait: 'trying' },
  trying: { launch: 'usable', fail: 'dry', wait: 'ignore' },
};

export interface Supply {
  state: SupplyState;
  /** When a dry pool is tried again; null in the other states. */
  untilMs: number | null;
  /** How long the present drought, or the next one, is taken to last. */
  holdMs: number;
  /** What was said of the last failure. */
  detail: string | null;
}

export interface SupplyPolicy {
  /** Five minutes by default; a provider's own cache of what it lacks is about as old (Karpenter on AWS: three). */
  holdMs: number;
  holdMaxMs: number;
}

export const DEFAULT_SUPPLY_POLICY: SupplyPolicy = { holdMs: 300_000, holdMaxMs: 3_600_000 };

export function newSupply(policy: SupplyPolicy): Supply {
  return { state: 'usable', untilMs: null, holdMs: policy.holdMs, detail: null };
}

/** A try that fails doubles the wait for the next; a machine that starts forgets all of it. */
export function afterSupplyEvent(
  supply: Supply,
  event: SupplyEvent,
  policy: SupplyPolicy,
  nowMs: number,
  detail: string | null = null,
): Supply {
  const verdict = transition(supplyTransitions, supply.state, event);
  if (verdict.kind !== 'move') return supply;
  switch (verdict.to) {
    case 'usable':
      return newSupply(policy);
    case 'trying':
      return { ...supply, state: 'trying', untilMs: null };
    case 'dry': {
      const holdMs = supply.state === 'trying' ? Math.min(policy.holdMaxMs, supply.holdMs * 2) : supply.holdMs;
      return { state: 'dry', untilMs: nowMs + holdMs, holdMs, detail: detail ?? supply.detail };
    }
  }
}

/** With what time alone has brought about. */
export function atTime(supply: Supply, policy: SupplyPolicy, nowMs: number): Supply {
  return supply.untilMs !== null && nowMs >= supply.untilMs ? afterSupplyEvent(supply, 'wait', policy, nowMs) : supply;
}
