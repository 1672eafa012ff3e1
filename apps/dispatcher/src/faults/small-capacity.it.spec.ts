import { e8 } from './e08-stale-watch';
import { small } from './small';

const TIMEOUT_MS = 180_000;

describe('a dispatcher that counts room', () => {
  it.each([e8])('$id: $title', small, TIMEOUT_MS);
});
