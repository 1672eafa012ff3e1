import { e1 } from './e01-drop';
import { e2 } from './e02-hang';
import { e3 } from './e03-bad-line';
import { e4 } from './e04-cut-answers';
import { small } from './small';

const TIMEOUT_MS = 180_000;

/** The crash sweep (E5) has its small scale in `crash.it.spec.ts`: the edges of a run that goes well. */
describe('a dispatcher whose line to its clusters fails', () => {
  it.each([e1, e2, e3, e4])('$id: $title', small, TIMEOUT_MS);
});
