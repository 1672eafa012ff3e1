import { blurRequestStatusSchema, type BlurRequestStatus, type CreateBlurRequestBody } from '@stead/contracts/studio';

/** Why a request was not taken, or not found. `detail`: what the server says to fields that it refuses. */
export type RequestProblem =
  | { kind: 'unreachable' | 'too-many' | 'rate-limited' | 'not-found' }
  | { kind: 'refused'; detail: string; pointers: readonly string[] };
export type RequestAnswer = { kind: 'known'; status: BlurRequestStatus } | RequestProblem;
export type Asked = Pick<CreateBlurRequestBody, 'publicationId' | 'place' | 'view' | 'what' | 'note' | 'contact'>;

const TIMEOUT_MS = 15_000;
const PATH = '/v1/blur-requests';
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

type FetchJson = (url: string, options: RequestInit) => Promise<Response>;

/** Asked by nobody in particular: no key goes with it, also where somebody is signed in. */
export class BlurRequests {
  constructor(private readonly fetchJson: FetchJson = (url, options) => fetch(url, options)) {}

  send(asked: Asked): Promise<RequestAnswer> {
    return this.ask(PATH, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(asked) });
  }

  read(id: string): Promise<RequestAnswer> {
    return UUID.test(id) ? this.ask(`${PATH}/${id}`, { cache: 'no-store' }) : Promise.resolve({ kind: 'not-found' });
  }

  private async ask(url: string, options: RequestInit): Promise<RequestAnswer> {
    try {
      const answer = await this.fetchJson(url, { ...options, signal: AbortSignal.timeout(TIMEOUT_MS) });
      if (answer.ok) return { kind: 'known', status: blurRequestStatusSchema.parse(await answer.json()) };
      return problemOf(answer.status, await answer.json().catch(() => null));
    } catch {
      return { kind: 'unreachable' }; // no network, no answer in time, or an answer that is not ours
    }
  }
}

function problemOf(status: number, body: unknown): RequestProblem {
  const problem = typeof body === 'object' && body !== null ? body : {};
  const code = 'code' in problem ? problem.code : undefined;
  if (code === 'studio/too-many-blur-requests') return { kind: 'too-many' };
  if (status === 404) return { kind: 'not-found' };
  if (status === 429) return { kind: 'rate-limited' };
  if (status >= 500) return { kind: 'unreachable' };
  const errors = 'errors' in problem && Array.isArray(problem.errors) ? problem.errors.filter(isFieldProblem) : [];
  const said = 'detail' in problem && typeof problem.detail === 'string' ? problem.detail : '';
  const detail = errors.length > 0 ? errors.map((error) => error.detail).join(' ') : said;
  return { kind: 'refused', detail, pointers: errors.map(({ pointer }) => pointer) };
}

function isFieldProblem(error: unknown): error is { pointer: string; detail: string } {
  if (typeof error !== 'object' || error === null || !('pointer' in error) || !('detail' in error)) return false;
  return typeof error.pointer === 'string' && typeof error.detail === 'string';
}
