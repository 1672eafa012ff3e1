import { afterSupplyEvent, atTime, newSupply, type ClaimNews, type Supply, type SupplyPolicy } from '@stead/platform/capacity';

export interface SupplyChange {
  supply: string;
  from: Supply['state'];
  to: Supply['state'];
  detail: string | null;
}

/**
 * Whether the pools of a cluster have machines to give: of each as a whole, and of each kind of capacity where a launch was for
 * one alone. Only what is not usable is kept. Times are monotonic, and of the wall clock only where they are written down.
 */
export class PoolSupplies {
  private readonly supplies = new Map<string, Supply>();

  constructor(
    private readonly policy: SupplyPolicy,
    private readonly onChange: (change: SupplyChange) => void,
  ) {}

  get usable(): Supply {
    return newSupply(this.policy);
  }

  of(pool: string, capacityType: string | null, nowMs: number): Supply {
    return this.at(keyOf(pool, capacityType), nowMs);
  }

  /** Of a pool and its kinds of capacity, the one that is worst off. */
  worstOf(pool: string, nowMs: number): Supply {
    const own = [...this.supplies.keys()]
      .filter((key) => key === pool || key.startsWith(keyOf(pool, '')))
      .map((key) => this.at(key, nowMs));
    return own.find(({ state }) => state === 'dry') ?? own.find(({ state }) => state === 'trying') ?? this.usable;
  }

  /** A launch proves the pool and its own kind of capacity; a failure speaks of no more than it was for. */
  take(news: Exclude<ClaimNews, { kind: 'initialized' }>, nowMs: number): void {
    const { pool, capacityType } = news;
    const keys = news.kind === 'failed' ? [keyOf(pool, capacityType)] : [keyOf(pool, null), keyOf(pool, capacityType)];
    for (const key of new Set(keys)) {
      const before = this.at(key, nowMs);
      const detail = news.kind === 'failed' ? news.detail : null;
      const after = afterSupplyEvent(before, news.kind === 'failed' ? 'fail' : 'launch', this.policy, nowMs, detail);
      if (after.state === 'usable') this.supplies.delete(key);
      else this.supplies.set(key, after);
      if (after.state !== before.state) this.onChange({ supply: key, from: before.state, to: after.state, detail });
    }
  }

  asData(nowMs: number, wallMs: number): Record<string, Supply> {
    const toWall = ({ untilMs }: Supply): number | null => (untilMs === null ? null : Math.round(untilMs - nowMs + wallMs));
    return Object.fromEntries([...this.supplies].map(([key, supply]) => [key, { ...supply, untilMs: toWall(supply) }]));
  }

  /** A wall clock that was set meanwhile keeps no pool closed for longer than a failure would. */
  remember(data: Readonly<Record<string, Supply>>, nowMs: number, wallMs: number): void {
    for (const [key, supply] of Object.entries(data)) {
      const leftMs = supply.untilMs === null ? null : Math.min(supply.untilMs - wallMs, supply.holdMs);
      this.supplies.set(key, { ...supply, untilMs: leftMs === null ? null : nowMs + leftMs });
    }
  }

  private at(key: string, nowMs: number): Supply {
    const supply = this.supplies.get(key);
    if (supply === undefined) return this.usable;
    const now = atTime(supply, this.policy, nowMs);
    if (now !== supply) this.supplies.set(key, now);
    return now;
  }
}

function keyOf(pool: string, capacityType: string | null): string {
  return capacityType === null ? pool : `${pool}/${capacityType}`;
}
