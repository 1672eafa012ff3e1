import type { DisabledReason, SubscribableType, TryOutcome } from '@stead/contracts/notifications';
import { notificationsError } from './errors';

export interface WebhookSecret {
  id: string;
  sealed: Buffer;
  createdAt: Date;
  /** Null for the newest one, which others come after. */
  expiresAt: Date | null;
}

/** Where a workspace is told of what happens. */
export interface Webhook {
  id: string;
  workspaceId: string;
  url: string;
  eventTypes: readonly SubscribableType[];
  description: string;
  enabled: boolean;
  disabledReason: DisabledReason | null;
  failingSince: Date | null;
  lastFailedAt: Date | null;
  /** Those in force, the newest first. */
  secrets: readonly WebhookSecret[];
  revision: number;
  createdAt: Date;
  changedAt: Date;
}

export const WEBHOOKS_MAX = 20;
/** Each makes the header longer; a secret more than that is an accident of repeated rotations. */
export const SECRETS_MAX = 4;
const DAY_MS = 86_400_000;
export const FAILING_MAX_MS = 5 * DAY_MS;
/** Longer than the longest wait between two tries: after such a silence a failure is a new one, not part of an old row. */
export const QUIET_MS = 2 * DAY_MS;

export type WebhookHealth = Pick<Webhook, 'enabled' | 'disabledReason' | 'failingSince' | 'lastFailedAt'>;

/** What the end of a try says of the webhook: it works, has failed for longer, or has to be disabled. */
export function healthAfter(webhook: WebhookHealth, outcome: TryOutcome, now: Date): WebhookHealth {
  const { enabled, disabledReason, failingSince, lastFailedAt } = webhook;
  if (outcome === 'delivered') return { enabled, disabledReason, failingSince: null, lastFailedAt: null };
  const inRow = lastFailedAt !== null && now.getTime() - lastFailedAt.getTime() <= QUIET_MS;
  const since = inRow ? (failingSince ?? now) : now;
  const failing = { enabled, disabledReason, failingSince: since, lastFailedAt: now };
  if (!enabled) return failing;
  if (outcome === 'gone') return { ...failing, enabled: false, disabledReason: 'gone' };
  if (now.getTime() - since.getTime() < FAILING_MAX_MS) return failing;
  return { ...failing, enabled: false, disabledReason: 'failing' };
}

/** Switched by its owner. Switching on forgets what was wrong before. */
export function switched(health: WebhookHealth, enabled: boolean): WebhookHealth {
  const { disabledReason, failingSince, lastFailedAt } = health;
  if (enabled === health.enabled) return { enabled, disabledReason, failingSince, lastFailedAt };
  if (!enabled) return { enabled, disabledReason: 'asked', failingSince, lastFailedAt };
  return { enabled, disabledReason: null, failingSince: null, lastFailedAt: null };
}

export function inForce(secrets: readonly WebhookSecret[], now: Date): WebhookSecret[] {
  return secrets.filter(({ expiresAt }) => expiresAt === null || expiresAt > now);
}

/**
 * The new secret and those that go on beside it. None gets more time than it had: a rotation that is repeated, because its
 * answer was lost, must not shorten the life of the secret that the receiver really has, nor prolong that of any.
 */
export function rotated(secrets: readonly WebhookSecret[], fresh: WebhookSecret, overlapMs: number): WebhookSecret[] {
  const now = fresh.createdAt;
  const until = new Date(now.getTime() + overlapMs);
  const kept = inForce(secrets, now)
    .map((secret) => ({
      ...secret,
      expiresAt: secret.expiresAt === null || secret.expiresAt > until ? until : secret.expiresAt,
    }))
    .filter(({ expiresAt }) => expiresAt > now);
  if (kept.length >= SECRETS_MAX)
    throw notificationsError['too-many-secrets'](
      `${SECRETS_MAX} secrets sign already; wait until one expires, or end them all with {"overlapHours": 0}`,
    );
  return [fresh, ...kept];
}
