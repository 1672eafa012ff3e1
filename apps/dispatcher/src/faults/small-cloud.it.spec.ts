import { e11 } from './e11-cloud';
import { small } from './small';

const TIMEOUT_MS = 180_000;

describe('a dispatcher whose cloud does not deliver', () => {
  it.each([e11])('$id: $title', small, TIMEOUT_MS);
});
