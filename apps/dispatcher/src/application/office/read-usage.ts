import type { UsageQuery, UsageView } from '@stead/contracts/dispatcher';
import type { OfficeWork, UsageRows, UsageStore } from './ports';
import { SAMPLE_S } from './record-usage';

const POINTS_MAX = 2_000;
const SPILLS_MAX = 500;
const WELL: ReadonlySet<string> = new Set(['ok', 'half-open', 'unknown']);

/** Figures over time, in columns and in no more points than a screen can show. */
export class ReadUsage {
  constructor(
    private readonly work: OfficeWork,
    private readonly usage: UsageStore,
  ) {}

  async run({ from, to }: UsageQuery): Promise<UsageView> {
    const span = { from: new Date(from), to: new Date(to) };
    const spanS = (span.to.getTime() - span.from.getTime()) / 1000;
    // One bucket may stick out at each end.
    const stepS = SAMPLE_S * Math.max(1, Math.ceil(spanS / SAMPLE_S / (POINTS_MAX - 1)));
    const rows = await this.work.run((tx) => this.usage.read(tx, span.from, span.to, stepS, SPILLS_MAX));
    return presentUsage(span, stepS, rows);
  }
}

export function presentUsage({ from, to }: { from: Date; to: Date }, stepS: number, rows: UsageRows): UsageView {
  const buckets = [...new Set([...rows.samples, ...rows.queue].map(({ bucket }) => bucket))].sort((a, b) => a - b);
  const column = <Row extends { bucket: number }>(of: readonly Row[], value: (row: Row) => number | null): (number | null)[] => {
    const known = new Map(of.map((row) => [row.bucket, value(row)]));
    return buckets.map((bucket) => known.get(bucket) ?? null);
  };
  const clusters = [...new Map(rows.samples.map(({ cluster, kind }) => [cluster, kind]))].map(([name, kind]) => {
    const own = rows.samples.filter(({ cluster }) => cluster === name);
    return {
      ...{ name, kind },
      gpusTotal: column(own, ({ gpusTotal }) => gpusTotal),
      gpusUsed: column(own, ({ gpusUsed }) => rounded(gpusUsed)),
      gpusWaiting: column(own, ({ gpusWaiting }) => rounded(gpusWaiting)),
    };
  });
  return {
    from: from.toISOString(),
    to: to.toISOString(),
    stepS,
    at: buckets.map((bucket) => bucket * stepS),
    queued: column(rows.queue, ({ queued }) => queued),
    running: column(rows.queue, ({ running }) => running),
    clusters,
    outages: outagesOf(rows.turns),
    spills: rows.spills.map((spill) => ({ ...spill, at: spill.at.toISOString() })),
    spillsTotal: rows.spillsTotal,
  };
}

/** From each moment at which a cluster was not well to the next at which it was another way. */
function outagesOf(turns: UsageRows['turns']): UsageView['outages'] {
  const open = new Map<string, UsageView['outages'][number]>();
  const outages: UsageView['outages'] = [];
  for (const { at, cluster, health } of turns) {
    const current = open.get(cluster);
    if (current !== undefined) current.to = at.toISOString();
    open.delete(cluster);
    if (WELL.has(health)) continue;
    const outage = { cluster, health, from: at.toISOString(), to: null };
    open.set(cluster, outage);
    outages.push(outage);
  }
  return outages;
}

function rounded(value: number | null): number | null {
  return value === null ? null : Math.round(value * 100) / 100;
}
