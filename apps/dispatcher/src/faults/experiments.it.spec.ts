import { e1 } from './e01-drop';
import { e2 } from './e02-hang';
import { e3 } from './e03-bad-line';
import { e4 } from './e04-cut-answers';
import { small } from './small';

jest.setTimeout(180_000);

/** The crash sweep (E5) has its small scale in `crash.it.spec.ts`: the edges of a run that goes well. */
describe('fault experiments, at a small scale', () => {
  it.each([e1, e2, e3, e4].map((experiment) => [experiment.id, experiment.title, experiment] as const))(
    '%s: %s',
    (_id, _title, experiment) => small(experiment),
  );
});
