import { publicationViewSchema, type PublicationView } from '@stead/contracts/viewing';

export type PublicationAnswer =
  | { kind: 'ready'; view: PublicationView; lifetimeMs: number }
  /** Published, and not yet where visitors can see it. */
  | { kind: 'not-ready'; retryAfterMs: number }
  | { kind: 'not-found' }
  | { kind: 'unreachable' };

const NOT_READY = 'viewing/publication-not-ready';
const RETRY_DEFAULT_MS = 2_000;
const TIMEOUT_MS = 15_000;

/** The publication that an address of the page names: `/v/<id>`. */
export function publicationIdOf(pathname: string): string | null {
  return /^\/v\/([0-9a-f-]{36})\/?$/i.exec(pathname)?.[1]?.toLowerCase() ?? null;
}

export async function readPublication(
  id: string,
  fetchJson: (url: string, options: RequestInit) => Promise<Response> = (url, options) => fetch(url, options),
  nowMs: () => number = Date.now,
): Promise<PublicationAnswer> {
  try {
    const answer = await fetchJson(`/v1/publications/${id}`, {
      headers: { accept: 'application/json' },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (answer.ok) {
      const view = publicationViewSchema.parse(await answer.json());
      return { kind: 'ready', view, lifetimeMs: Date.parse(view.expiresAt) - serverNowMs(answer, nowMs) };
    }
    if (answer.status === 404) return { kind: 'not-found' };
    const problem: unknown = await answer.json().catch(() => null);
    if (codeOf(problem) === NOT_READY) return { kind: 'not-ready', retryAfterMs: retryAfterMs(answer) };
    return { kind: 'unreachable' };
  } catch {
    return { kind: 'unreachable' }; // no network, no answer in time, or an answer that is not ours (a captive portal)
  }
}

/** The visitor's clock may be wrong by hours; how long the addresses are good is told by the server's own. */
function serverNowMs(answer: Response, nowMs: () => number): number {
  const date = Date.parse(answer.headers.get('date') ?? '');
  return Number.isNaN(date) ? nowMs() : date;
}

function retryAfterMs(answer: Response): number {
  const seconds = Number(answer.headers.get('retry-after'));
  return seconds > 0 ? seconds * 1000 : RETRY_DEFAULT_MS;
}

function codeOf(problem: unknown): unknown {
  return typeof problem === 'object' && problem !== null && 'code' in problem ? problem.code : undefined;
}
