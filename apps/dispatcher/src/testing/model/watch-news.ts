import { runChanged, type RunState } from '@stead/contracts/dispatcher';
import { messageKey } from '@stead/contracts/messaging';
import type { MemoryDatabase, OutboxRecord } from '../in-memory/memory-database';
import type { MemoryTransaction } from '../in-memory/memory-transaction';
import type { Fail } from './violation';

const CHANGED = messageKey(runChanged);

/** What is said of a run to everybody. */
export interface News {
  runId: string;
  revision: number;
  state: RunState;
}

/** What a transaction is about to announce. Each transition is announced with it, and nothing else is. */
export function announcedBy(tx: MemoryTransaction, { outbox, runs }: MemoryDatabase, fail: Fail): News[] {
  const announced = [...outbox.writtenBy(tx).values()].flatMap((row) =>
    row !== null && row.message === CHANGED ? [newsOf(row)] : [],
  );
  for (const news of announced) {
    const run = runs.writtenBy(tx).get(news.runId);
    if (run?.state !== news.state || run.revision !== news.revision)
      fail('one announcement per transition', `${news.runId} was announced ${news.state} in revision ${news.revision}`);
  }
  return announced;
}

/** What receivers have heard of each run in the end, in the order of the outbox. */
export function checkNews({ outbox, runs }: MemoryDatabase, fail: Fail): void {
  const heard = new Map<string, News[]>();
  for (const row of [...outbox.rows.values()].sort((a, b) => a.seq - b.seq)) {
    if (row.message !== CHANGED) continue;
    const news = newsOf(row);
    heard.set(news.runId, [...(heard.get(news.runId) ?? []), news]);
  }
  for (const run of runs.rows.values()) {
    const news = heard.get(run.id) ?? [];
    for (const [at, { revision }] of news.entries())
      if (at > 0 && revision <= (news[at - 1]?.revision ?? 0))
        fail('announced in order', `${run.id}: ${news.map((one) => one.revision).join()}`);
    if (news.at(-1)?.state !== run.state) fail('announced in order', `${run.id} is ${run.state}: ${news.at(-1)?.state}`);
    const successes = news.filter(({ state }) => state === 'succeeded').length;
    if (successes !== (run.state === 'succeeded' ? 1 : 0)) fail('I2 one publication', `${run.id}: ${successes} successes`);
  }
}

function newsOf({ payload }: OutboxRecord): News {
  return payload as News; // it was parsed when it was added
}
