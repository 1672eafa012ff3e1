import { e12 } from './e12-poison';
import { e16 } from './e16-damaged-result';
import { small } from './small';

const TIMEOUT_MS = 180_000;

describe('a dispatcher whose runs do harm', () => {
  it.each([e12, e16])('$id: $title', small, TIMEOUT_MS);
});
