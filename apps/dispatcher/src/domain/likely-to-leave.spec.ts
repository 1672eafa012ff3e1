import { cloudAhead } from './likely-to-leave';
import type { Decision } from './plan-cycle';
import type { Inputs } from './reasons';

const NOW_MS = 1_000_000;

function waiting(inputs: Inputs, reason: (Decision & { kind: 'wait' })['reason'] = 'waiting-for-onprem'): Decision {
  return { kind: 'wait', runId: 'a', reason, inputs: { cloud: 'cloud', waitMs: 60_000, ...inputs }, verdicts: [] };
}

describe('inputs travel ahead', () => {
  it.each<[string, Decision, string | null]>([
    ['for a run that has to leave before its turn', waiting({ leaveAtMs: NOW_MS + 30_000 }), 'cloud'],
    ['not for one whose turn comes before', waiting({ leaveAtMs: NOW_MS + 90_000 }), null],
    ['for one whose patience ends before its turn', waiting({ afterMs: 50_000, waitedMs: 10_000 }), 'cloud'],
    ['not for one that has patience', waiting({ afterMs: 500_000, waitedMs: 10_000 }), null],
    ['not for one that nothing sends away', waiting({ deadlineMs: null }), null],
    ['not for one that waits for something else', waiting({ leaveAtMs: NOW_MS }, 'budget-exhausted'), null],
    [
      'not for one that is placed',
      { kind: 'place', runId: 'a', cluster: 'cloud', reason: 'onprem-full-burst', reserve: 1, inputs: {}, verdicts: [] },
      null,
    ],
  ])('%s', (_what, decision, cloud) => {
    expect(cloudAhead(decision, NOW_MS)).toBe(cloud);
  });
});
