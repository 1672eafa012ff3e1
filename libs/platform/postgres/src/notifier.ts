import type { Notification } from './transaction';

/** Wake-ups of this long are told together: whoever hears one looks for all there is to do. */
const GATHER_MS = 10;

/** Sends what committed transactions want to tell, each thing once however many transactions said it. */
export class Notifier {
  private readonly waiting = new Map<string, Notification>();
  private timer: NodeJS.Timeout | null = null;
  private sending: Promise<unknown> = Promise.resolve();

  constructor(private readonly query: (sql: string, params: readonly unknown[]) => Promise<unknown>) {}

  add(notifications: readonly Notification[]): void {
    for (const notification of notifications) {
      this.waiting.set(`${notification.channel} ${notification.payload}`, notification);
    }
    if (this.waiting.size > 0) this.timer ??= setTimeout(() => this.send(), GATHER_MS);
  }

  /** Sends the rest. */
  async close(): Promise<void> {
    if (this.timer !== null) clearTimeout(this.timer);
    this.send();
    await this.sending;
  }

  private send(): void {
    this.timer = null;
    if (this.waiting.size === 0) return;
    const all = [...this.waiting.values()];
    this.waiting.clear();
    this.sending = this.query(`SELECT pg_notify(channel, payload) FROM unnest($1::text[], $2::text[]) AS n(channel, payload)`, [
      all.map(({ channel }) => channel),
      all.map(({ payload }) => payload),
    ]).catch(() => undefined); // listeners poll as well
  }
}
