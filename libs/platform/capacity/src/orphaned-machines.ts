import { KARPENTER, conditionOf, isTrue, type Node, type NodeClaim, type NodePool, type Pod } from '@stead/platform/kube';
import { REGISTRATION_TIMEOUT_MS, isGoing, poolOf } from './claim-history';
import { isOfNode } from './node-shape';

/**
 * A machine that costs and serves nobody. `idle`: it runs nothing, for longer than its pool lets it. `not-joined`: it was
 * launched and never became a node. `not-removed`: it is to go and does not. `without-claim`: a node of a pool of which
 * Karpenter knows no machine.
 */
export type OrphanReason = 'idle' | 'not-joined' | 'not-removed' | 'without-claim';

export interface Orphan {
  reason: OrphanReason;
  pool: string;
  /** Null where only a node is left. */
  claim: { name: string; uid: string } | null;
  node: string | null;
  forMs: number;
}

export interface OrphanPolicy {
  /** What Karpenter is given beyond its own times: it removes nodes one after the other, and drains them. */
  marginMs: number;
  registrationTimeoutMs: number;
}

export const DEFAULT_ORPHAN_POLICY: OrphanPolicy = { marginMs: 10 * 60_000, registrationTimeoutMs: REGISTRATION_TIMEOUT_MS };

interface Machines {
  pools: readonly NodePool[];
  claims: readonly NodeClaim[];
  nodes: readonly Node[];
  pods: readonly Pod[];
}

/** Since when each machine has run nothing, by the uid of its claim; those that run something are not in it. */
export function idleSince(before: ReadonlyMap<string, number>, machines: Machines, nowMs: number): ReadonlyMap<string, number> {
  const busy = busyNodes(machines.pods);
  const since = new Map<string, number>();
  for (const claim of machines.claims) {
    const { nodeName, lastPodEventTime } = claim.status;
    if (isGoing(claim) || !isTrue(claim, 'Initialized') || nodeName === undefined || busy.has(nodeName)) continue;
    // Karpenter writes down when a pod last came or went; without that, the first look at it counts.
    const told = Date.parse(lastPodEventTime ?? '');
    since.set(claim.metadata.uid, Math.min(nowMs, before.get(claim.metadata.uid) ?? (Number.isNaN(told) ? nowMs : told)));
  }
  return since;
}

/** Machines of these pools that nobody will miss and nobody has removed. */
export function orphanedMachines(
  machines: Machines,
  since: ReadonlyMap<string, number>,
  policy: OrphanPolicy,
  nowMs: number,
): Orphan[] {
  return [...orphanedClaims(machines, since, policy, nowMs), ...nodesWithoutClaim(machines, policy, nowMs)];
}

function orphanedClaims(
  { pools, claims }: Machines,
  since: ReadonlyMap<string, number>,
  policy: OrphanPolicy,
  nowMs: number,
): Orphan[] {
  return claims.flatMap((claim): Orphan[] => {
    const pool = pools.find(({ metadata }) => metadata.name === poolOf(claim));
    if (pool === undefined) return [];
    const { name, uid, creationTimestamp, deletionTimestamp } = claim.metadata;
    const about = { pool: pool.metadata.name, claim: { name, uid }, node: claim.status.nodeName ?? null };
    const orphan = (reason: OrphanReason, fromMs: number, allowedMs: number): Orphan[] =>
      nowMs - fromMs > allowedMs + policy.marginMs ? [{ ...about, reason, forMs: nowMs - fromMs }] : [];
    if (deletionTimestamp !== undefined) return orphan('not-removed', Date.parse(deletionTimestamp), 0);
    if (!isTrue(claim, 'Registered')) {
      if (!isTrue(claim, 'Launched')) return []; // no machine, no cost
      const launched = Date.parse(conditionOf(claim, 'Launched')?.lastTransitionTime ?? creationTimestamp ?? '');
      return orphan('not-joined', launched, policy.registrationTimeoutMs);
    }
    const idleFromMs = since.get(uid);
    const allowedMs = durationMs(pool.spec.disruption.consolidateAfter ?? '0s');
    return idleFromMs === undefined || allowedMs === null ? [] : orphan('idle', idleFromMs, allowedMs);
  });
}

function nodesWithoutClaim({ pools, claims, nodes }: Machines, policy: OrphanPolicy, nowMs: number): Orphan[] {
  const claimed = new Set(claims.map(({ status }) => status.nodeName));
  return nodes.flatMap(({ metadata }): Orphan[] => {
    const pool = metadata.labels?.[KARPENTER.nodePool];
    if (pool === undefined || claimed.has(metadata.name) || !pools.some((one) => one.metadata.name === pool)) return [];
    const forMs = nowMs - Date.parse(metadata.creationTimestamp ?? '');
    // A node registers a moment before its claim knows its name.
    return forMs > policy.registrationTimeoutMs + policy.marginMs
      ? [{ reason: 'without-claim', pool, claim: null, node: metadata.name, forMs }]
      : [];
  });
}

function busyNodes(pods: readonly Pod[]): ReadonlySet<string> {
  return new Set(
    pods.flatMap((pod) =>
      pod.spec.nodeName === undefined || isOfNode(pod) || pod.status.phase === 'Succeeded' || pod.status.phase === 'Failed'
        ? []
        : [pod.spec.nodeName],
    ),
  );
}

const UNIT_MS: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1_000 };

/** `30s`, `1h30m`; null for `Never`: then an idle machine is wanted. */
export function durationMs(text: string): number | null {
  const parts = [...text.matchAll(/(\d+)([hms])/g)];
  return parts.length === 0 ? null : parts.reduce((sum, [, count, unit]) => sum + Number(count) * (UNIT_MS[unit ?? ''] ?? 0), 0);
}
