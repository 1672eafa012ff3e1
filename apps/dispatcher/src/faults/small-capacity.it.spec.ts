import { e8 } from './e08-stale-watch';
import { e10 } from './e10-fragments';
import { small } from './small';

const TIMEOUT_MS = 180_000;

describe('a dispatcher that counts room', () => {
  it.each([e8, e10])('$id: $title', small, TIMEOUT_MS);
});
