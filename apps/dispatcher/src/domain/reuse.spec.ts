import { isWorthCopying, reusableEpochs } from './reuse';
import type { Attempt } from './run';

it.each([
  ['a step before the one that is done again', 'frames', false, 'tile', true],
  ['the step that is done again', 'tile', false, 'tile', false],
  ['a step after it', 'plan', false, 'tile', false],
  ['a step after it that an earlier attempt of the run itself did again', 'plan', true, 'tile', true],
  ['any step when nothing is done again', 'plan', false, null, true],
  ['a bundle, which names its own epoch', 'bundle', true, null, false],
  ['a redaction, which makes a bundle too', 'redact', true, null, false],
  ['a step of a pipeline that is not ours', 'train', false, 'tile', true],
] as const)('the record of %s is worth copying: %s', (_name, step, ownRun, fromStep, want) => {
  expect(isWorthCopying(step, ownRun, fromStep)).toBe(want);
});

it('takes over from attempts that got as far as a cluster, the newest first', () => {
  const attempt = (epoch: number, state: Attempt['state'], intended: boolean): Attempt =>
    ({ epoch, state, intentAt: intended ? new Date(0) : null }) as Attempt; // nothing else is looked at
  const attempts = [
    attempt(1, 'lost', true),
    attempt(2, 'rejected', true),
    attempt(3, 'fenced', false),
    attempt(4, 'done', true),
  ];
  expect(reusableEpochs(attempts, Infinity)).toEqual([4, 1]);
  expect(reusableEpochs(attempts, 4)).toEqual([1]);
});
