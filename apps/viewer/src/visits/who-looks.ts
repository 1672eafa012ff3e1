/** Where the console keeps the key of whoever is signed in with one; it counts for the same tab only. */
const CONSOLE_KEY = 'stead.key';
/** Where it says that somebody is signed in by e-mail, and the workspace of this tab. */
const ACCOUNT = 'stead.account';
const WORKSPACE = 'stead.workspace';
/** A refresh token is used once: pages of the console and of the viewer take turns. */
const LOCK = 'stead.renewal';
const EARLY_MS = 60_000;

interface Tokens {
  accessToken: string;
  expiresIn: number;
}

/** What the console's sign-in lets this page say who looks; null for a stranger. */
export class WhoLooks {
  private token = '';
  private untilMs = 0;

  /** A page that is shown in a sandbox has no storage, and asking for it throws: its visitor is a stranger. */
  readonly credential = async (): Promise<string | null> => {
    try {
      const key = sessionStorage.getItem(CONSOLE_KEY);
      if (key !== null || localStorage.getItem(ACCOUNT) === null) return key;
      if (Date.now() >= this.untilMs - EARLY_MS) await this.renew();
      return this.token;
    } catch {
      return null; // the sign-in is over, or nobody answers
    }
  };

  /** By the cookie that no script can read, and that another site's page never has sent along. */
  private async renew(): Promise<void> {
    const workspaceId = sessionStorage.getItem(WORKSPACE);
    const exchange = async (): Promise<Tokens> => {
      const answer = await fetch('/v1/sessions/refresh', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(workspaceId === null ? {} : { workspaceId }),
      });
      if (!answer.ok) throw new Error(`status ${answer.status}`);
      return (await answer.json()) as Tokens; // as the API documents it
    };
    const tokens = 'locks' in navigator ? await navigator.locks.request(LOCK, exchange) : await exchange();
    this.token = tokens.accessToken;
    this.untilMs = Date.now() + tokens.expiresIn * 1000;
  }
}
