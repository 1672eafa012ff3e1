import { e9 } from './e09-flapping';
import { e13 } from './e13-dark';
import { small } from './small';

const TIMEOUT_MS = 180_000;

describe('a dispatcher that hears nothing for a while', () => {
  it.each([e9, e13])('$id: $title', small, TIMEOUT_MS);
});
