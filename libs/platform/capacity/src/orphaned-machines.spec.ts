import type { NodeClaim, Node, Pod } from '@stead/platform/kube';
import { DEFAULT_ORPHAN_POLICY, durationMs, idleSince, orphanedMachines } from './orphaned-machines';
import { NOW, aClaim, aNodeOf, aPodOn, aPool } from './testing/cloud.builder';

const MINUTE = 60;
const pool = aPool({ disruption: { consolidateAfter: '1m' } });
const ready = (change: object = {}): NodeClaim => aClaim('a', 'initialized', { ageS: 120 * MINUTE, ...change });

function orphans(machines: { claims?: NodeClaim[]; nodes?: Node[]; pods?: Pod[] }, pools = [pool], idleForS = 0): string[] {
  const all = { pools, claims: [], nodes: [], pods: [], ...machines };
  const since = idleSince(new Map(), all, NOW - idleForS * 1000);
  return orphanedMachines(all, since, DEFAULT_ORPHAN_POLICY, NOW).map(({ reason, node }) => `${reason} ${node ?? ''}`.trim());
}

describe('machines that serve nobody', () => {
  it('are idle ones, once their pool’s time and a margin are over', () => {
    expect(orphans({ claims: [ready()] }, [pool], 12 * MINUTE)).toEqual(['idle a']);
    expect(orphans({ claims: [ready()] }, [pool], 10 * MINUTE)).toEqual([]);
    // Karpenter's own note of the last pod outlives a restart of ours.
    expect(orphans({ claims: [ready({ lastPodEventS: 12 * MINUTE })] })).toEqual(['idle a']);
  });

  it('are not those that run something, and a node’s own pods are nothing', () => {
    const claims = [ready({ lastPodEventS: 30 * MINUTE })];
    expect(orphans({ claims, pods: [aPodOn('a', { cpu: '1' })] })).toEqual([]);
    expect(
      orphans({ claims, pods: [aPodOn('a', { cpu: '1' }, { owner: 'DaemonSet' }), aPodOn('a', {}, { owner: 'Node' })] }),
    ).toEqual(['idle a']);
  });

  it('are not those that are wanted: of a pool that never consolidates, or of somebody else’s', () => {
    const claims = [ready({ lastPodEventS: 600 * MINUTE })];
    expect(orphans({ claims }, [aPool({ disruption: { consolidateAfter: 'Never' } })])).toEqual([]);
    expect(orphans({ claims }, [aPool({ name: 'other' })])).toEqual([]);
  });

  it('are those that were launched and never joined, not those that were never launched', () => {
    expect(orphans({ claims: [aClaim('a', 'launched', { ageS: 26 * MINUTE, bootS: 5 })] })).toEqual(['not-joined']);
    expect(orphans({ claims: [aClaim('a', 'launched', { ageS: 20 * MINUTE, bootS: 5 })] })).toEqual([]);
    expect(orphans({ claims: [aClaim('a', 'new', { ageS: 60 * MINUTE })] })).toEqual([]);
  });

  it('are those that are to go and do not', () => {
    expect(orphans({ claims: [ready({ deletedS: 11 * MINUTE })] })).toEqual(['not-removed a']);
    expect(orphans({ claims: [ready({ deletedS: 9 * MINUTE })] })).toEqual([]);
  });

  it('are nodes of a pool that no claim knows', () => {
    expect(orphans({ nodes: [aNodeOf('lost', { ageS: 26 * MINUTE }), aNodeOf('young')] })).toEqual(['without-claim lost']);
    expect(orphans({ nodes: [aNodeOf('a', { ageS: 99 * MINUTE })], claims: [ready()], pods: [aPodOn('a', {})] })).toEqual([]);
  });

  it('keep their time while they are looked at, and lose it with the first pod', () => {
    const machines = { pools: [pool], claims: [ready()], nodes: [], pods: [] as Pod[] };
    const first = idleSince(new Map(), machines, NOW);
    expect(idleSince(first, machines, NOW + 60_000)).toEqual(first);
    expect(idleSince(first, { ...machines, pods: [aPodOn('a', {})] }, NOW).size).toBe(0);
  });

  it.each([
    ['30s', 30_000],
    ['1h30m', 5_400_000],
    ['720h', 2_592_000_000],
    ['Never', null],
  ])('reads %s', (text, ms) => expect(durationMs(text)).toBe(ms));
});
