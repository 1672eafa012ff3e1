import type { NodeClaim } from '@stead/platform/kube';
import { claimNews, type ClaimHistory, type ClaimNews } from './claim-history';
import { NOW, aClaim, aPool } from './testing/cloud.builder';

const POOLS = [aPool()];
const look = (before: ClaimHistory | null, claims: NodeClaim[], pools = POOLS) => claimNews(before, claims, pools, NOW);
/** What is told of claims that are seen one after the other. */
function told(looks: NodeClaim[][], pools = POOLS): ClaimNews[] {
  let history: ClaimHistory | null = look(null, []).history;
  return looks.flatMap((claims) => {
    const { news, history: next } = look(history, claims, pools);
    history = next;
    return news;
  });
}

describe('what claims tell', () => {
  it('is a launch and a boot time, once each', () => {
    const steps = (['new', 'launched', 'registered', 'initialized', 'initialized'] as const).map((stage) => [
      aClaim('a', stage, { labels: { 'karpenter.sh/capacity-type': 'spot' }, ageS: 200, bootS: 170 }),
    ]);
    expect(told(steps)).toEqual([
      { kind: 'launched', pool: 'gpu', capacityType: 'spot' },
      { kind: 'initialized', pool: 'gpu', claim: 'uid-a', bootMs: 170_000 },
    ]);
  });

  it('is a failure when a claim goes before its machine was launched: that is all a provider without capacity leaves', () => {
    const gone = told([[aClaim('a', 'new')], []]);
    expect(gone).toMatchObject([{ kind: 'failed', pool: 'gpu', capacityType: null }]);
    // Seen on its way out first: still one failure.
    expect(told([[aClaim('a', 'new')], [aClaim('a', 'new', { deletedS: 1 })], []])).toHaveLength(1);
  });

  it('names the kind of capacity where the claim allows one alone', () => {
    const spec = { requirements: [{ key: 'karpenter.sh/capacity-type', operator: 'In', values: ['spot'] }] };
    expect(told([[aClaim('a', 'new', { spec })], []])).toMatchObject([{ kind: 'failed', capacityType: 'spot' }]);
    const both = { requirements: [{ key: 'karpenter.sh/capacity-type', operator: 'In', values: ['spot', 'on-demand'] }] };
    expect(told([[aClaim('a', 'new', { spec: both })], []])).toMatchObject([{ capacityType: null }]);
  });

  it('is a failure, once, when the condition says so', () => {
    const launched = { status: 'Unknown', reason: 'LaunchFailed', message: 'the subnet has no addresses' };
    const failing = aClaim('a', 'new', { launched });
    expect(told([[failing], [failing], []])).toMatchObject([
      { kind: 'failed', detail: 'LaunchFailed: the subnet has no addresses' },
    ]);
  });

  it('is a failure when a machine never joins, and none when it is taken away sooner', () => {
    const stuck = aClaim('a', 'launched', { ageS: 900, deletedS: 0 });
    expect(told([[aClaim('a', 'launched', { ageS: 890 })], [stuck]])).toMatchObject([
      { kind: 'launched' },
      { kind: 'failed', detail: expect.stringContaining('never joined') as string },
    ]);
    expect(told([[aClaim('a', 'launched')], []])).toMatchObject([{ kind: 'launched' }]);
  });

  it('is no failure when a machine that worked goes, or its pool does', () => {
    const old = [[aClaim('a', 'initialized', { ageS: 7200 })], []];
    expect(told(old).map(({ kind }) => kind)).toEqual(['launched', 'initialized']);
    expect(told([[aClaim('a', 'new')], []], [aPool({ deleted: true })])).toEqual([]);
    expect(told([[aClaim('a', 'new')], []], [])).toEqual([]);
  });

  it('is no news of launches at the first look, and of boot times all the same', () => {
    const { news, history } = look(null, [aClaim('a', 'initialized'), aClaim('b', 'new', { deletedS: 1 })]);
    expect(news.map(({ kind }) => kind)).toEqual(['initialized']);
    expect(look(history, [aClaim('a', 'initialized')]).news).toEqual([]);
  });
});
