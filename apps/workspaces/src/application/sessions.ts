import { PLATFORM_SCOPES, ROLE_SCOPES, type Tokens } from '@stead/contracts/workspaces';
import type { Clock } from '@stead/platform/clock';
import { newId } from '@stead/platform/ids';
import { hashPassword, verifyPassword, type Guesses } from '@stead/platform/passwords';
import type { AccountStore, StoredRefresh } from './account-ports';
import type { AccessTokens } from './access-tokens';
import { workspaceError } from '../domain/errors';
import { digestOf, newRefreshToken, seal, unseal } from '../domain/tokens';

const REFRESH_LIFETIME_MS = 30 * 24 * 3600 * 1000;
/** Only the immediate predecessor, and only this long: a client that lost the answer may ask again. */
const LEEWAY_MS = 10_000;
export const QUOTA_BYTES = 50 * 1024 ** 3;
const COMMON_PASSWORDS = new Set([
  '1234567890',
  '0123456789',
  'password123',
  'passwordpassword',
  'qwertyuiop',
  'qwerty12345',
  'iloveyou123',
  'administrator',
  '1q2w3e4r5t',
  'letmein1234',
]);

/** Accounts and sign-ins. A refresh token is used once; one that comes back later ends its whole family. */
export class Sessions {
  /** Verified against when there is no such account, so that the time to answer tells nothing. */
  private readonly decoy = hashPassword('no account has this password');

  constructor(
    private readonly accounts: AccountStore,
    private readonly tokens: AccessTokens,
    private readonly attempts: Guesses,
    private readonly clock: Clock,
  ) {}

  async signUp(input: {
    email: string;
    password: string;
    name: string;
    workspaceName: string;
  }): Promise<{ accountId: string; workspaceId: string; tokens: Tokens }> {
    requireUncommon(input.password, '/password');
    const account = { id: newId(), email: input.email, name: input.name, passwordHash: await hashPassword(input.password) };
    const workspaceId = newId();
    if (!(await this.accounts.create(account, { id: workspaceId, name: input.workspaceName, quotaBytes: QUOTA_BYTES })))
      throw workspaceError['email-taken']();
    return { accountId: account.id, workspaceId, tokens: await this.open(account.id, workspaceId) };
  }

  /** Neither the answer nor the time that it takes tells whether there is such an account. */
  async signIn(email: string, password: string, workspaceId: string | undefined, address: string): Promise<Tokens> {
    await this.takeAttempt(email, address);
    const account = await this.accounts.findByEmail(email);
    const right = await verifyPassword(account?.passwordHash ?? (await this.decoy), password);
    if (account === null || !right) throw workspaceError['wrong-credentials']();
    await this.attempts.forgive(email, address);
    return this.open(account.id, workspaceId);
  }

  /** `wanted`: the workspace that it is for from now on. Each tab of a browser has its own, and all share one refresh token. */
  async refresh(token: string, wanted?: string): Promise<Tokens> {
    const stored = await this.accounts.findRefresh(digestOf(token));
    if (stored === null || stored.revokedAt !== null || stored.absoluteExpiry <= stored.now)
      throw workspaceError['refresh-token-invalid']();
    const known = stored.usedAt === null ? null : await this.successorOf(token, stored);
    const selectedWorkspace = wanted ?? stored.selectedWorkspace;
    if (wanted !== undefined && !(await this.belongs(stored.accountId, wanted))) throw workspaceError['workspace-not-found']();
    if (known !== null) return this.issue(stored.accountId, selectedWorkspace, known);
    const next = newRefreshToken();
    const rotated = await this.accounts.rotateRefresh(digestOf(token), {
      sealed: seal(next, token),
      digest: digestOf(next),
      selectedWorkspace,
    });
    if (!rotated) return this.refresh(token, wanted); // used by a request beside this one: now it is a replay within the leeway
    return this.issue(stored.accountId, selectedWorkspace, next);
  }

  async signOut(token: string): Promise<void> {
    const stored = await this.accounts.findRefresh(digestOf(token));
    if (stored !== null) await this.accounts.revokeFamily(stored.familyId);
  }

  /** What was handed out already ends by itself, minutes later. */
  async signOutEverywhere(accountId: string): Promise<void> {
    await this.accounts.revokeAll(accountId);
  }

  /** Every sign-in but this one ends, as somebody else may have known the old password. */
  async changePassword(
    { accountId, workspaceId }: { accountId: string; workspaceId: string | null },
    { currentPassword, newPassword }: { currentPassword: string; newPassword: string },
    address: string,
  ): Promise<Tokens> {
    const account = await this.accounts.find(accountId);
    if (account === null) throw workspaceError['wrong-credentials']();
    await this.takeAttempt(account.email, address);
    if (!(await verifyPassword(account.passwordHash, currentPassword)))
      throw workspaceError['password-wrong']('Type the one that you sign in with', {
        errors: [{ pointer: '/currentPassword', detail: 'This is not the current password' }],
      });
    await this.attempts.forgive(account.email, address);
    requireUncommon(newPassword, '/newPassword');
    await this.accounts.revokeAll(accountId, await hashPassword(newPassword));
    return this.open(accountId, workspaceId ?? undefined);
  }

  async switchTo(accountId: string, workspaceId: string): Promise<Tokens> {
    return this.open(accountId, workspaceId);
  }

  /** Of who is signed in, for them to see. */
  async whose(accountId: string): Promise<{ email: string; name: string } | null> {
    const account = await this.accounts.find(accountId);
    return account === null ? null : { email: account.email, name: account.name };
  }

  private async takeAttempt(email: string, address: string): Promise<void> {
    const refusal = await this.attempts.take(email, address);
    if (refusal !== null)
      throw workspaceError['too-many-attempts'](`Wait ${refusal.retryAfterS} s before the next one`, { extra: { ...refusal } });
  }

  private async belongs(accountId: string, workspaceId: string): Promise<boolean> {
    return (await this.accounts.memberships(accountId)).some((membership) => membership.workspaceId === workspaceId);
  }

  /** What a token that comes again was exchanged for. One that comes too late ends its whole family. */
  private async successorOf(token: string, stored: StoredRefresh): Promise<string> {
    const ageMs = stored.now.getTime() - (stored.usedAt?.getTime() ?? 0);
    if (ageMs <= LEEWAY_MS && stored.generation === stored.newestGeneration - 1 && stored.successor !== null)
      return unseal(stored.successor, token);
    await this.accounts.revokeFamily(stored.familyId);
    throw workspaceError['refresh-token-invalid'](
      'This refresh token was used before. Every token of the sign-in is revoked; sign in again',
    );
  }

  private async open(accountId: string, wanted: string | undefined): Promise<Tokens> {
    const memberships = await this.accounts.memberships(accountId);
    const chosen = wanted === undefined ? memberships[0] : memberships.find((membership) => membership.workspaceId === wanted);
    if (wanted !== undefined && chosen === undefined) throw workspaceError['workspace-not-found']();
    const token = newRefreshToken();
    const absoluteExpiry = new Date(this.clock.now().getTime() + REFRESH_LIFETIME_MS);
    await this.accounts.insertRefresh(digestOf(token), {
      familyId: newId(),
      generation: 1,
      accountId,
      selectedWorkspace: chosen?.workspaceId ?? null,
      absoluteExpiry,
    });
    return this.issue(accountId, chosen?.workspaceId ?? null, token);
  }

  /**
   * Scopes come from the role that the member has now, and from being an operator now: what changes takes effect with the next
   * token.
   */
  private async issue(accountId: string, workspaceId: string | null, refreshToken: string): Promise<Tokens> {
    const membership = (await this.accounts.memberships(accountId)).find((candidate) => candidate.workspaceId === workspaceId);
    const scopes = [
      ...(membership === undefined ? [] : ROLE_SCOPES[membership.role]),
      ...((await this.accounts.isOperator(accountId)) ? PLATFORM_SCOPES : []),
    ];
    const { accessToken, expiresIn } = await this.tokens.issue(accountId, membership?.workspaceId ?? null, scopes);
    return { accessToken, expiresIn, refreshToken, tokenType: 'Bearer' };
  }
}

function requireUncommon(password: string, pointer: string): void {
  if (!COMMON_PASSWORDS.has(password.toLowerCase())) return;
  throw workspaceError['password-too-common']('Choose one that nobody would try first', {
    errors: [{ pointer, detail: 'Too common' }],
  });
}
