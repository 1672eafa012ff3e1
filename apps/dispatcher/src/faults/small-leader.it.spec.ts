import { e6 } from './e06-paused-leader';
import { e7 } from './e07-return';
import { small } from './small';

const TIMEOUT_MS = 180_000;

describe('a dispatcher whose leader is stopped, or whose cluster comes back late', () => {
  it.each([e6, e7])('$id: $title', small, TIMEOUT_MS);
});
