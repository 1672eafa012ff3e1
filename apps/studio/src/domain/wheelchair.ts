import type { Derived } from '@stead/contracts/studio';

type Reason = Extract<Derived, { of: 'route-path' }>['reasons'][number];

/** 2010 ADA Standards: 403.5.1 (36 in clear width), 405.2 (ramps at most 1:12), 304.3.1 (60 in to turn), 303.3 (edges of 1/2 in). */
export const WHEELCHAIR = { widthM: 0.915, slope: 1 / 12, turningM: 1.525, stepM: 0.013 } as const;
/** Of figures that are told in centimetres. */
const TOLERANCE = 1e-9;

interface Way {
  widthM: number | null;
  stepM: number | null;
  slope: number;
  /** At both of its ends. */
  turning: readonly (number | null)[];
  confirmed: boolean;
}

/** Whether somebody in a wheelchair gets along a way: no, for what speaks against it; unsure, for what nobody knows or has confirmed. */
export function wheelchairOf({ widthM, stepM, slope, turning, confirmed }: Way): {
  verdict: 'yes' | 'no' | 'unsure';
  reasons: Reason[];
} {
  const against: Reason[] = [];
  const unknown: Reason[] = [];
  const judge = (value: number | null, isBad: (value: number) => boolean, bad: Reason, missing: Reason): void => {
    if (value === null) unknown.push(missing);
    else if (isBad(value)) against.push(bad);
  };
  judge(widthM, (value) => value < WHEELCHAIR.widthM - TOLERANCE, 'narrow', 'width-unknown');
  judge(stepM, (value) => value > WHEELCHAIR.stepM + TOLERANCE, 'step', 'step-unknown');
  if (slope > WHEELCHAIR.slope + TOLERANCE) against.push('steep');
  const least = turning.includes(null) ? null : Math.min(...turning.map((value) => value ?? 0));
  judge(least, (value) => value < WHEELCHAIR.turningM - TOLERANCE, 'no-turning', 'turning-unknown');
  if (against.length > 0) return { verdict: 'no', reasons: against };
  if (!confirmed) unknown.push('unconfirmed');
  return unknown.length > 0 ? { verdict: 'unsure', reasons: unknown } : { verdict: 'yes', reasons: [] };
}
