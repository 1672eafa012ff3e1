/** Budgets are kept in whole millionths of the currency: sums of them are exact, and a cap is never passed by rounding. */
export const MICROS = 1_000_000;

/** Rounded up: what is set aside is never less than what was asked for. */
export function toMicros(money: number): number {
  return Math.ceil(money * MICROS - 1e-6);
}

/** The scope of what is spent by all workspaces together. */
export const HOUSE = '00000000-0000-0000-0000-000000000000';

export const PERIODS = ['day', 'month'] as const;
export type Period = (typeof PERIODS)[number];

/** The day on which the period of a moment begins, in UTC: `2026-11-21`, `2026-11-01`. */
export function startOf(period: Period, at: Date): string {
  const day = at.toISOString().slice(0, 10);
  return period === 'day' ? day : `${day.slice(0, 7)}-01`;
}

/** A live attempt that has used this part of what is set aside for it asks for more. */
const NEARLY = 0.8;
/** How much more is asked for at a time, of what was set aside at first. */
const MORE = 0.25;

export type BudgetStep = { kind: 'go-on' } | { kind: 'extend'; byMicros: number } | { kind: 'stop' };

/** What to do about an attempt that has spent so much of its hold; `refused`: there is no more in the budget. */
export function nextStep(spentMicros: number, heldMicros: number, refused: boolean): BudgetStep {
  if (spentMicros >= heldMicros)
    return refused ? { kind: 'stop' } : { kind: 'extend', byMicros: extension(spentMicros, heldMicros) };
  if (spentMicros < heldMicros * NEARLY || refused) return { kind: 'go-on' };
  return { kind: 'extend', byMicros: extension(spentMicros, heldMicros) };
}

function extension(spentMicros: number, heldMicros: number): number {
  return Math.max(1, Math.ceil(heldMicros * MORE), Math.ceil(spentMicros * (1 + MORE)) - heldMicros);
}
