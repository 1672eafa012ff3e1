/** Why a visitor is not let in, or not yet. */
export type Refusal =
  | { kind: 'not-found' }
  /** Published, and not yet where visitors can see it. */
  | { kind: 'not-ready'; retryAfterMs: number }
  | { kind: 'password'; wrong: boolean }
  | { kind: 'sign-in' }
  | { kind: 'members-only' }
  | { kind: 'payment' }
  | { kind: 'link-expired' }
  | { kind: 'link-used-up' }
  | { kind: 'too-many'; retryAfterMs: number }
  | { kind: 'unreachable' };

const RETRY_DEFAULT_MS = 2_000;
/** Whoever tried too often waits a while even where the server forgets to say how long. */
const PATIENCE_DEFAULT_MS = 30_000;

/** By the problem's code; a 404 and a 429 are understood without one. Anything else is a server that cannot answer now. */
const BY_CODE: Readonly<Record<string, (answer: Response) => Refusal>> = {
  'viewing/publication-not-found': () => ({ kind: 'not-found' }),
  'viewing/publication-not-ready': (answer) => ({ kind: 'not-ready', retryAfterMs: retryAfterMs(answer, RETRY_DEFAULT_MS) }),
  'viewing/password-required': () => ({ kind: 'password', wrong: false }),
  'viewing/password-wrong': () => ({ kind: 'password', wrong: true }),
  'viewing/sign-in-required': () => ({ kind: 'sign-in' }),
  'viewing/members-only': () => ({ kind: 'members-only' }),
  'viewing/payment-required': () => ({ kind: 'payment' }),
  'viewing/link-expired': () => ({ kind: 'link-expired' }),
  'viewing/link-used-up': () => ({ kind: 'link-used-up' }),
  'viewing/too-many-guesses': tooMany,
  'platform/rate-limited': tooMany,
};

export async function refusalOf(answer: Response): Promise<Refusal> {
  const problem: unknown = await answer.json().catch(() => null);
  const code = typeof problem === 'object' && problem !== null && 'code' in problem ? problem.code : undefined;
  if (typeof code === 'string' && Object.hasOwn(BY_CODE, code)) return BY_CODE[code]?.(answer) ?? { kind: 'unreachable' };
  if (answer.status === 404) return { kind: 'not-found' };
  return answer.status === 429 ? tooMany(answer) : { kind: 'unreachable' };
}

function tooMany(answer: Response): Refusal {
  return { kind: 'too-many', retryAfterMs: retryAfterMs(answer, PATIENCE_DEFAULT_MS) };
}

function retryAfterMs(answer: Response, unsaidMs: number): number {
  const seconds = Number(answer.headers.get('retry-after'));
  return seconds > 0 ? seconds * 1000 : unsaidMs;
}
