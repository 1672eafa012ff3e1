import { decideRetry, type Try } from './retry';

const aTry = (more: Partial<Try> = {}): Try => ({
  phase: 'Failed',
  message: 'main: Error (exit code 30)',
  exitCode: '30',
  startedAtMs: 0,
  finishedAtMs: 1_000,
  ...more,
});
const infra = {
  limit: 3,
  retryPolicy: 'Always',
  expression: 'lastRetry.status == "Error" || asInt(lastRetry.exitCode) == 30 || asInt(lastRetry.exitCode) >= 128',
} as const;

test.each<[string, Parameters<typeof decideRetry>[0], Try[], ReturnType<typeof decideRetry>]>([
  ['nothing was tried', {}, [], { kind: 'try' }],
  ['it succeeded', {}, [aTry({ phase: 'Succeeded', message: '' })], { kind: 'end', phase: 'Succeeded', message: '' }],
  ['infrastructure failed', infra, [aTry()], { kind: 'try' }],
  ['a signal ended it', infra, [aTry({ exitCode: '137' })], { kind: 'try' }],
  ['its node was lost', infra, [aTry({ phase: 'Error', message: 'pod deleted', exitCode: null })], { kind: 'try' }],
  [
    'the user has to act',
    infra,
    [aTry({ exitCode: '10' })],
    { kind: 'end', phase: 'Failed', message: 'retryStrategy.expression evaluated to false' },
  ],
  [
    'the third of three retries failed',
    infra,
    [aTry(), aTry(), aTry(), aTry()],
    { kind: 'end', phase: 'Failed', message: 'No more retries left' },
  ],
  [
    'OnFailure sees an error',
    { retryPolicy: 'OnFailure' },
    [aTry({ phase: 'Error', message: 'pod deleted' })],
    { kind: 'end', phase: 'Error', message: 'pod deleted' },
  ],
  [
    'OnError sees a failure',
    { retryPolicy: 'OnError' },
    [aTry()],
    { kind: 'end', phase: 'Failed', message: 'main: Error (exit code 30)' },
  ],
  [
    'OnTransientError sees a lost pod',
    { retryPolicy: 'OnTransientError' },
    [aTry({ phase: 'Error', message: 'pod deleted' })],
    { kind: 'try' },
  ],
  [
    'no policy and no expression: failures only',
    { limit: 1 },
    [aTry({ phase: 'Error', message: 'x' })],
    { kind: 'end', phase: 'Error', message: 'x' },
  ],
  [
    'no policy but an expression: everything that it names',
    { expression: 'true' },
    [aTry({ phase: 'Error', message: 'x' })],
    { kind: 'try' },
  ],
])('when %s', (_, strategy, tries, want) => {
  expect(decideRetry(strategy, tries, 10_000, null)).toEqual(want);
});

test('a workflow that stops tries nothing again', () => {
  expect(decideRetry(infra, [aTry()], 0, "Stopped with strategy 'Stop'")).toEqual({
    kind: 'end',
    phase: 'Failed',
    message: "Stopped with strategy 'Stop'",
  });
});

test('each wait is longer by the factor, up to the cap', () => {
  const strategy = { limit: 9, backoff: { duration: '2s', factor: 2, cap: '5s' } };
  const waitAfter = (tries: number): number => {
    const decision = decideRetry(
      strategy,
      Array.from({ length: tries }, () => aTry()),
      1_000,
      null,
    );
    return decision.kind === 'wait' ? decision.untilMs - 1_000 : 0;
  };
  expect([1, 2, 3, 4].map(waitAfter)).toEqual([2_000, 4_000, 5_000, 5_000]);
  expect(decideRetry(strategy, [aTry()], 3_000, null)).toEqual({ kind: 'try' });
});

test('a wait that would exceed the longest duration is not begun', () => {
  const strategy = { backoff: { duration: '10s', maxDuration: '5s' } };
  expect(decideRetry(strategy, [aTry()], 1_000, null)).toMatchObject({
    kind: 'end',
    message: 'Backoff would exceed max duration limit',
  });
  expect(decideRetry(strategy, [aTry()], 6_000, null)).toMatchObject({ kind: 'end', message: 'Max duration limit exceeded' });
});
