import {
  publicationViewSchema,
  VISIT_HEADER,
  visitSchema,
  type OpenVisitBody,
  type PublicationView,
} from '@stead/contracts/viewing';
import { refusalOf, type Refusal } from './refusal';
import { WhoLooks } from './who-looks';

/** An open visit: what is shown, and what makes reading it again the same visit. */
export interface OpenVisit {
  kind: 'open';
  visit: string;
  view: PublicationView;
  lifetimeMs: number;
}
export type Answer = OpenVisit | Refusal;

export type FetchJson = (url: string, options: RequestInit) => Promise<Response>;

interface Request {
  method?: string;
  headers: Record<string, string>;
  body?: string;
}

const TIMEOUT_MS = 15_000;

/** What an address of the page names, a publication or a share link: `/v/<id>`. */
export function placeOf(pathname: string): string | null {
  return /^\/v\/([0-9a-f-]{36})\/?$/i.exec(pathname)?.[1]?.toLowerCase() ?? null;
}

export class Places {
  constructor(
    private readonly fetchJson: FetchJson = (url, options) => fetch(url, options),
    private readonly nowMs: () => number = Date.now,
    private readonly key: () => string | null | Promise<string | null> = new WhoLooks().credential,
  ) {}

  /** Begins a visit. */
  open(body: OpenVisitBody): Promise<Answer> {
    const options = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
    return this.ask('/v1/visits', options, (answer) => {
      const { visit, publication } = visitSchema.parse(answer);
      return { visit, view: publication };
    });
  }

  /** Fresh addresses in the same visit. */
  renew({ visit, view }: Pick<OpenVisit, 'visit' | 'view'>): Promise<Answer> {
    return this.ask(`/v1/publications/${view.id}`, { headers: { [VISIT_HEADER]: visit } }, (answer) => ({
      visit,
      view: publicationViewSchema.parse(answer),
    }));
  }

  private async ask(
    url: string,
    options: Request,
    understand: (answer: unknown) => Pick<OpenVisit, 'visit' | 'view'>,
  ): Promise<Answer> {
    const key = await this.key();
    const answer = await this.askAs(key, url, options, understand);
    // A key that has ended since must not keep its owner out of a place that is open to everybody.
    return answer.kind === 'key-refused' ? this.askAs(null, url, options, understand).then(known) : answer;
  }

  private async askAs(
    key: string | null,
    url: string,
    options: Request,
    understand: (answer: unknown) => Pick<OpenVisit, 'visit' | 'view'>,
  ): Promise<Answer | { kind: 'key-refused' }> {
    const headers = {
      ...options.headers,
      accept: 'application/json',
      ...(key === null ? {} : { authorization: `Bearer ${key}` }),
    };
    try {
      const answer = await this.fetchJson(url, { ...options, headers, signal: AbortSignal.timeout(TIMEOUT_MS) });
      if (answer.ok) {
        const { visit, view } = understand(await answer.json());
        return { kind: 'open', visit, view, lifetimeMs: Date.parse(view.expiresAt) - this.serverNowMs(answer) };
      }
      const refusal = await refusalOf(answer);
      return answer.status === 401 && refusal.kind === 'unreachable' && key !== null ? { kind: 'key-refused' } : refusal;
    } catch {
      return { kind: 'unreachable' }; // no network, no answer in time, or an answer that is not ours (a captive portal)
    }
  }

  /** The visitor's clock may be wrong by hours; how long the addresses are good is told by the server's own. */
  private serverNowMs(answer: Response): number {
    const date = Date.parse(answer.headers.get('date') ?? '');
    return Number.isNaN(date) ? this.nowMs() : date;
  }
}

function known(answer: Answer | { kind: 'key-refused' }): Answer {
  return answer.kind === 'key-refused' ? { kind: 'unreachable' } : answer;
}
