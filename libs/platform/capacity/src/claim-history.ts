import { KARPENTER, conditionOf, isTrue, type NodeClaim, type NodePool } from '@stead/platform/kube';

/** What became known of a machine that was asked for. */
export type ClaimNews =
  | { kind: 'launched'; pool: string; capacityType: string | null }
  | { kind: 'failed'; pool: string; capacityType: string | null; detail: string }
  | { kind: 'initialized'; pool: string; claim: string; bootMs: number };

/** What was last seen of each claim, by uid. */
export type ClaimHistory = ReadonlyMap<string, SeenClaim>;

interface SeenClaim {
  claim: NodeClaim;
  launched: boolean;
  initialized: boolean;
  failed: boolean;
}

/** Karpenter withdraws a claim whose machine has not joined after this (`registrationTimeout` in its `lifecycle/liveness.go`). */
export const REGISTRATION_TIMEOUT_MS = 15 * 60_000;
/** Its first word about a condition, before anything was tried. */
const NOT_TRIED: ReadonlySet<string> = new Set(['AwaitingReconciliation', '']);

/**
 * What the claims of a cluster tell that they did not tell before. A launch that the provider refuses leaves hardly a trace:
 * Karpenter records an event and deletes the claim at once, so a claim that goes without ever having been `Launched` is a launch
 * that failed; other errors stand in the condition until it gives up after five minutes. A machine that starts and does not join
 * is withdrawn after fifteen. Events are not read: they lie in a namespace that is not ours.
 *
 * `before` is null at the first look: what had happened by then is no news.
 */
export function claimNews(
  before: ClaimHistory | null,
  claims: readonly NodeClaim[],
  pools: readonly NodePool[],
  nowMs: number,
): { news: ClaimNews[]; history: ClaimHistory } {
  const news: ClaimNews[] = [];
  const history = new Map<string, SeenClaim>();
  const isMeant = (claim: NodeClaim): boolean => pools.some((pool) => isOf(claim, pool) && !isGoing(pool));
  for (const claim of claims) {
    const { uid } = claim.metadata;
    const known = before?.get(uid);
    const seen: SeenClaim = {
      claim,
      launched: isTrue(claim, 'Launched'),
      initialized: isTrue(claim, 'Initialized'),
      failed: known?.failed ?? false,
    };
    const about = { pool: poolOf(claim) ?? '', capacityType: capacityTypeOf(claim) };
    if (seen.launched && known?.launched !== true && before !== null) news.push({ kind: 'launched', ...about });
    // A time, unlike a launch, is as true when it is heard late.
    const bootMs = seen.initialized && known?.initialized !== true ? bootTimeOf(claim) : null;
    if (bootMs !== null) news.push({ kind: 'initialized', pool: about.pool, claim: uid, bootMs });
    const detail = seen.failed ? null : failureOf(claim, nowMs);
    if (detail !== null) {
      seen.failed = true;
      if (before !== null && isMeant(claim)) news.push({ kind: 'failed', ...about, detail });
    }
    history.set(uid, seen);
  }
  for (const [uid, { claim, failed }] of before ?? []) {
    if (history.has(uid) || failed || !isMeant(claim)) continue;
    const detail = endOf(claim, nowMs);
    if (detail !== null) news.push({ kind: 'failed', pool: poolOf(claim) ?? '', capacityType: capacityTypeOf(claim), detail });
  }
  return { news, history };
}

export function poolOf(claim: { metadata: NodeClaim['metadata'] }): string | null {
  return claim.metadata.labels?.[KARPENTER.nodePool] ?? null;
}

function isOf(claim: NodeClaim, pool: NodePool): boolean {
  return poolOf(claim) === pool.metadata.name;
}

export function isGoing({ metadata }: { metadata: NodeClaim['metadata'] }): boolean {
  return metadata.deletionTimestamp !== undefined;
}

/** Known once it is launched; before that only where no other one is allowed. */
function capacityTypeOf(claim: NodeClaim): string | null {
  const required = claim.spec.requirements.find(({ key, operator }) => key === KARPENTER.capacityType && operator === 'In');
  return claim.metadata.labels?.[KARPENTER.capacityType] ?? (required?.values.length === 1 ? (required.values[0] ?? null) : null);
}

/** Why the launch of a claim that is still there has failed; null where it has not. */
function failureOf(claim: NodeClaim, nowMs: number): string | null {
  if (isGoing(claim)) return endOf(claim, nowMs);
  const launched = conditionOf(claim, 'Launched');
  if (launched === null || launched.status === 'True' || NOT_TRIED.has(launched.reason ?? '')) return null;
  return `${launched.reason ?? ''}: ${launched.message ?? ''}`.slice(0, 300);
}

/** What the end of a claim says of its launch; null where the launch had gone well. */
function endOf(claim: NodeClaim, nowMs: number): string | null {
  const { creationTimestamp, deletionTimestamp } = claim.metadata;
  if (!isTrue(claim, 'Launched')) return `${claim.metadata.name} was withdrawn before a machine was launched: no capacity`;
  if (isTrue(claim, 'Registered')) return null;
  const ageMs = (deletionTimestamp === undefined ? nowMs : Date.parse(deletionTimestamp)) - Date.parse(creationTimestamp ?? '');
  return ageMs >= REGISTRATION_TIMEOUT_MS * 0.9 ? `the machine of ${claim.metadata.name} never joined the cluster` : null;
}

/** From the wish for a machine to its being ready for pods, by the cluster's own clock; null where it does not say. */
function bootTimeOf(claim: NodeClaim): number | null {
  const readyMs = Date.parse(conditionOf(claim, 'Initialized')?.lastTransitionTime ?? '');
  const bootMs = readyMs - Date.parse(claim.metadata.creationTimestamp ?? '');
  return Number.isFinite(bootMs) && bootMs >= 0 ? bootMs : null;
}
