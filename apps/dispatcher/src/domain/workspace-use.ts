import type { PlacementPolicy } from '@stead/contracts/dispatcher';
import type { WorkspaceState } from './snapshot';

/** What the back office says of a workspace. */
export interface WorkspaceRules {
  weight: number;
  placement: PlacementPolicy | null;
}

/** GPU time and cloud money that a workspace has used, as of one moment; older use counts less. */
export interface WorkspaceUse {
  gpuSeconds: number;
  cloudCost: number;
  usedAt: Date;
  servedAt: Date | null;
}

/** What is left of it now: half after each half-life. */
export function fadedUse(
  use: WorkspaceUse | null,
  nowMs: number,
  halfLifeMs: number,
): Pick<WorkspaceState, 'gpuSeconds' | 'cloudCost' | 'servedAtMs'> {
  if (use === null) return { gpuSeconds: 0, cloudCost: 0, servedAtMs: null };
  const left = 0.5 ** (Math.max(0, nowMs - use.usedAt.getTime()) / halfLifeMs);
  return { gpuSeconds: use.gpuSeconds * left, cloudCost: use.cloudCost * left, servedAtMs: use.servedAt?.getTime() ?? null };
}
