import { UNTESTED, afterWrite, isSettled, wouldTakeWork, type WriteOutcome, type WriteSignal } from './write-signal';

const FAILURES_MAX = 3;
const accepted: WriteOutcome = { kind: 'accepted' };
const failed: WriteOutcome = { kind: 'failed', detail: 'read-only' };
const refused: WriteOutcome = { kind: 'refused', detail: '403' };
const inconclusive: WriteOutcome = { kind: 'inconclusive', detail: '429' };

const after = (...outcomes: WriteOutcome[]): WriteSignal =>
  outcomes.reduce((signal, outcome) => afterWrite(signal, outcome, FAILURES_MAX), UNTESTED);

describe('synthetic writes', () => {
  it.each<[string, WriteOutcome[], Partial<WriteSignal> & { takesWork: boolean }]>([
    ['none yet', [], { verdict: 'untested', takesWork: false }],
    ['one accepted', [accepted], { verdict: 'passed', takesWork: true }],
    ['one failed after one accepted', [accepted, failed], { verdict: 'passed', failures: 1, takesWork: true }],
    [
      'as many failed as are too many',
      [accepted, failed, failed, failed],
      { verdict: 'failing', detail: 'read-only', takesWork: false },
    ],
    ['failures that are not in a row', [failed, failed, accepted, failed, failed], { verdict: 'passed', takesWork: true }],
    ['failures from the start', [failed, failed], { verdict: 'untested', takesWork: false }],
    ['one refused', [accepted, refused], { verdict: 'refused', detail: '403', takesWork: false }],
    ['accepted after a refusal', [refused, accepted], { verdict: 'passed', detail: null, takesWork: true }],
    ['one that says nothing', [inconclusive], { verdict: 'untellable', takesWork: true }],
    [
      'one that says nothing after too many failures',
      [failed, failed, failed, inconclusive],
      { verdict: 'untellable', takesWork: true },
    ],
  ])('%s', (_name, outcomes, { takesWork, ...want }) => {
    const signal = after(...outcomes);
    expect(signal).toMatchObject(want);
    expect(wouldTakeWork(signal)).toBe(takesWork);
  });

  it('are repeated quickly after the first that fails', () => {
    expect([after(accepted), after(inconclusive), after(accepted, failed), after(), after(refused)].map(isSettled)).toEqual([
      ...[true, true, false, false, false],
    ]);
  });
});
