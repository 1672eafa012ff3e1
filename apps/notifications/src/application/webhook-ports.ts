import type { DeliveryState, DisabledReason, TryOutcome, WebhookEventType } from '@stead/contracts/notifications';
import type { SqlExecutor, Tx } from '@stead/platform/postgres';
import type { TryResult } from '../domain/answer';
import type { Delivery } from '../domain/delivery';
import type { PublicationTold } from '../domain/outward-news';
import type { Webhook, WebhookHealth, WebhookSecret } from '../domain/webhook';

export abstract class WebhookStore {
  /** Lets one at a time add or move webhooks of a workspace, until the transaction ends. */
  abstract hold(tx: Tx, workspaceId: string): Promise<void>;
  abstract count(tx: Tx, workspaceId: string): Promise<number>;
  abstract idOfUrl(tx: Tx, workspaceId: string, url: string): Promise<string | null>;
  abstract insert(tx: SqlExecutor, webhook: Webhook): Promise<void>;
  abstract find(tx: Tx, workspaceId: string, id: string, options?: { lock: boolean }): Promise<Webhook | null>;
  abstract list(tx: Tx, workspaceId: string): Promise<Webhook[]>;
  /** Compare-and-set on the revision; false when somebody else was faster. */
  abstract change(tx: SqlExecutor, before: Webhook, after: Webhook): Promise<boolean>;
  abstract replaceSecrets(tx: SqlExecutor, webhook: Webhook, secrets: readonly WebhookSecret[]): Promise<void>;
  /** How it fares, which is no revision of its settings. */
  abstract setHealth(tx: SqlExecutor, webhook: Webhook, health: WebhookHealth): Promise<void>;
  /** With its deliveries. */
  abstract delete(tx: SqlExecutor, webhook: Webhook): Promise<void>;
  /** The ids of those that are enabled and want such events. */
  abstract subscribers(tx: Tx, workspaceId: string, type: WebhookEventType): Promise<string[]>;
}

export interface DeliveryPage {
  webhookId: string;
  state: DeliveryState | null;
  eventType: WebhookEventType | null;
  /** Those made before this one, the newest first. */
  before: string | null;
  limit: number;
}

export interface LoggedTry {
  number: number;
  at: Date;
  outcome: TryOutcome;
  status: number | null;
  ms: number | null;
  detail: string | null;
  answer: string | null;
}

export interface LoggedDelivery {
  delivery: Delivery;
  tries: readonly LoggedTry[];
}

export abstract class DeliveryStore {
  /** Once per webhook and event; returns how many were new. Senders hear of it. */
  abstract insert(tx: SqlExecutor, deliveries: readonly Delivery[]): Promise<number>;
  abstract find(
    tx: Tx,
    workspaceId: string,
    webhookId: string,
    id: string,
    options?: { lock: boolean },
  ): Promise<Delivery | null>;
  abstract list(tx: Tx, workspaceId: string, page: DeliveryPage): Promise<LoggedDelivery[]>;
  /** Dead ones that were made since then, the oldest first, locked. */
  abstract deadSince(tx: Tx, workspaceId: string, webhookId: string, since: Date, limit: number): Promise<Delivery[]>;
  /**
   * Those whose time has come, at most one of each enabled webhook that nothing is being sent to, the longest due first, locked.
   * One at a time asks, so that two never see the same webhook idle.
   */
  abstract due(tx: Tx, now: Date, limit: number): Promise<Delivery[]>;
  /** Those whose sender's lease has run out, locked. */
  abstract lost(tx: Tx, now: Date, limit: number): Promise<Delivery[]>;
  /** Those that wait for a webhook that is disabled, locked. */
  abstract stopped(tx: Tx, limit: number): Promise<Delivery[]>;
  /** Compare-and-set on the revision; false when somebody else was faster. */
  abstract change(tx: SqlExecutor, before: Delivery, after: Delivery): Promise<boolean>;
  abstract beginTry(tx: SqlExecutor, taken: Delivery, at: Date): Promise<void>;
  /** Known once: what was recorded of a try is not written over. */
  abstract endTry(tx: SqlExecutor, taken: Delivery, result: TryResult): Promise<void>;
  /** For the operator: how many wait for a time that has passed, and since when the oldest does. */
  abstract backlog(tx: Tx, now: Date): Promise<{ due: number; oldest: Date | null }>;
  /** Removes what ended before then; returns how many. */
  abstract sweep(tx: SqlExecutor, endedBefore: Date, limit: number): Promise<number>;
}

export abstract class PublicationToldStore {
  /** Locked, so that two changes of one publication are told one after the other. */
  abstract find(tx: Tx, workspaceId: string, publicationId: string): Promise<PublicationTold | null>;
  abstract remember(tx: SqlExecutor, workspaceId: string, publicationId: string, told: PublicationTold): Promise<void>;
}

export interface Posting {
  url: string;
  headers: Readonly<Record<string, string>>;
  body: string;
}

/** Somebody stopped us in the middle: nothing is known of what the receiver got. */
export class SendingStopped extends Error {
  constructor() {
    super('stopped while it was being sent');
    this.name = 'SendingStopped';
  }
}

/** Posts to an address that a customer has given. What goes wrong is a result; only `SendingStopped` is thrown. */
export abstract class WebhookSender {
  abstract post(posting: Posting, stop: AbortSignal): Promise<TryResult>;
}

/** What operators watch. */
export abstract class WebhookMetrics {
  abstract tried(outcome: TryOutcome, ms: number): void;
  abstract lost(): void;
  abstract disabled(reason: DisabledReason): void;
  abstract waiting(due: number, oldestAgeS: number): void;
}
