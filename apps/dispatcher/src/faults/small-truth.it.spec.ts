import { e14 } from './e14-long-queue';
import { e15 } from './e15-clocks';
import { small } from './small';

const TIMEOUT_MS = 240_000;

describe('a dispatcher whose database goes away, or whose machines have the time wrong', () => {
  it.each([e14, e15])('$id: $title', small, TIMEOUT_MS);
});
