import { DEFAULT_PLACEMENT, placementPolicySchema, type PlacementPolicy } from '@stead/contracts/dispatcher';
import type { NamedPlacement } from './compare';
import { REFERENCE_HOUSE, HOUR_MS, type HouseOptions } from './house';
import { REFERENCE_WORKLOAD, type WorkloadOptions } from './workload';

export interface Preset {
  description: string;
  workload: WorkloadOptions;
  house: HouseOptions;
}

export const PRESETS = {
  reference: {
    description: 'fourteen days of day and night and drops on eight GPUs, deadlines of twice the own time and an hour',
    workload: REFERENCE_WORKLOAD,
    house: REFERENCE_HOUSE,
  },
  'replay-300': {
    description: 'the first 300 maps of such days, deadlines of once the own time and half an hour',
    workload: { ...REFERENCE_WORKLOAD, runsMax: 300, load: 0.8, slack: 1, graceMs: HOUR_MS / 2 },
    house: REFERENCE_HOUSE,
  },
} satisfies Record<string, Preset>;

/** The policies that stand side by side: the default, the others, and the default with other risks. */
export function placements(lateRisks: readonly number[], timeoutS: number): NamedPlacement[] {
  const parsed = (placement: unknown): PlacementPolicy => placementPolicySchema.parse(placement);
  return [
    { name: 'cloud-only', placement: parsed({ kind: 'cloud-only' }) },
    { name: 'burst-when-full', placement: parsed({ kind: 'burst-when-full' }) },
    { name: 'timeout', placement: parsed({ kind: 'timeout', afterS: timeoutS }) },
    { name: 'onprem-first', placement: DEFAULT_PLACEMENT },
    ...lateRisks.map((lateRisk) => ({
      name: nameOf(lateRisk),
      placement: { ...DEFAULT_PLACEMENT, lateRisk } as PlacementPolicy,
    })),
    { name: 'onprem-only', placement: parsed({ kind: 'onprem-only' }) },
  ];
}

export const nameOf = (lateRisk: number): string => `onprem-first lateRisk ${lateRisk}`;
