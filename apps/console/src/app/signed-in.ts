import { ApiProblem, SteadClient, type components } from '@stead/web/api-client';
import { forgetKey, openSession, type Session } from './session';

export type Tokens = components['schemas']['Tokens'];

/** The workspace that this tab is in. */
const WORKSPACE = 'stead.workspace';
/** Whose cookie the browser has: no secret, and what tells the other tabs of a sign-in and of its end. */
const ACCOUNT = 'stead.account';
/** Renewed so long before its time is over: nothing that is sent now arrives too late. */
const EARLY_MS = 60_000;
const LOCK = 'stead.renewal';

class SignInOver extends Error {}

/** `over`: the sign-in has ended, here or elsewhere. */
export type Told = (told: Session | 'over') => void;

/**
 * A sign-in by e-mail. The access token is in this page's memory alone; the refresh token is in a cookie that no script can read,
 * which all tabs share. Each exchange says which workspace this tab is in, so that tabs can be in different ones.
 */
export class SignedIn {
  private readonly door = new SteadClient({ baseUrl: '', triesMax: 2 });
  private token = '';
  private untilMs = 0;
  private id: string | null = null;
  private renewal: Promise<string> | null = null;

  constructor(private readonly tell: Told) {
    addEventListener('storage', ({ key, newValue }) => {
      if (key === ACCOUNT && this.id !== null && newValue !== this.id) this.over();
    });
  }

  /** Whether there may be a cookie: nobody is asked for one that was never given. */
  static isKnown(): boolean {
    return localStorage.getItem(ACCOUNT) !== null;
  }

  /** What was answered to a sign-in, a sign-up or another password. */
  async begin(tokens: Tokens): Promise<void> {
    forgetKey();
    this.take(tokens);
    await this.open();
  }

  /** By the cookie of before, after a reload or in another tab. Throws where there is none that is good. */
  async resume(): Promise<void> {
    await this.renew();
    await this.open();
  }

  async switchTo(workspaceId: string): Promise<void> {
    await alone(() => this.exchange(workspaceId));
    await this.open();
  }

  async end(): Promise<void> {
    await this.door.post('/v1/sessions/end', {});
    this.forget();
  }

  /** Also what the server has ended already. */
  forget(): void {
    this.id = null;
    localStorage.removeItem(ACCOUNT);
    sessionStorage.removeItem(WORKSPACE);
  }

  readonly credential = (refused?: string): Promise<string> =>
    this.token !== refused && Date.now() < this.untilMs - EARLY_MS ? Promise.resolve(this.token) : this.renew();

  private async open(): Promise<void> {
    let session = await openSession(this.credential, this);
    const first = session.workspaceId === null ? await this.firstOf(session) : undefined;
    if (first !== undefined) {
      await alone(() => this.exchange(first));
      session = await openSession(this.credential, this);
    }
    this.id = session.account?.id ?? null;
    if (this.id !== null) localStorage.setItem(ACCOUNT, this.id);
    if (session.workspaceId !== null) sessionStorage.setItem(WORKSPACE, session.workspaceId);
    this.tell(session);
  }

  /** Where somebody is who was taken out of the workspace that they were in. */
  private async firstOf({ client }: Session): Promise<string | undefined> {
    const { items } = await client.get<{ items: components['schemas']['Workspace'][] }>('/v1/workspaces');
    return items[0]?.id;
  }

  private renew(): Promise<string> {
    this.renewal ??= alone(() => this.exchange(sessionStorage.getItem(WORKSPACE))).finally(() => {
      this.renewal = null;
    });
    return this.renewal;
  }

  private async exchange(workspaceId: string | null): Promise<string> {
    // Somebody else has signed in meanwhile, and the cookie is theirs.
    if (this.id !== null && localStorage.getItem(ACCOUNT) !== this.id) {
      this.over();
      throw new SignInOver();
    }
    try {
      return this.take(await this.door.post<Tokens>('/v1/sessions/refresh', workspaceId === null ? {} : { workspaceId }));
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error;
      if (error.status === 401) {
        localStorage.removeItem(ACCOUNT);
        this.over();
      }
      if (error.status !== 404 || workspaceId === null || workspaceId !== sessionStorage.getItem(WORKSPACE)) throw error;
      // Not a member of it any more: what is shown is begun anew in another one.
      sessionStorage.removeItem(WORKSPACE);
      if (this.id !== null) location.assign('/');
      return this.exchange(null);
    }
  }

  /** A new access token, after which the cookie is another one, too. */
  take({ accessToken, expiresIn }: Tokens): string {
    this.token = accessToken;
    this.untilMs = Date.now() + expiresIn * 1000;
    return accessToken;
  }

  private over(): void {
    const wasOpen = this.id !== null;
    this.id = null;
    this.token = '';
    this.untilMs = 0;
    sessionStorage.removeItem(WORKSPACE);
    if (wasOpen) this.tell('over');
  }
}

/** One tab at a time, where the browser can tell: a refresh token is used once. */
async function alone<T>(work: () => Promise<T>): Promise<T> {
  // Not there on pages without TLS; the server then answers a few seconds of repetitions alike.
  if (!('locks' in navigator)) return work();
  return await navigator.locks.request(LOCK, work);
}
