import { useComputedColorScheme } from '@mantine/core';
import { useEffect, useMemo, useRef, type JSX } from 'react';
import uPlot from 'uplot';
import type { UsageView } from '@stead/contracts/dispatcher';
import { useOpsWords } from './ops-words';
import { columnsOf, palette, patternOf, type Palette } from './usage-columns';

const GPUS_HEIGHT = 220;
const QUEUE_HEIGHT = 120;
const SYNC = 'usage';

/**
 * GPUs in use as areas on top of each other, own ones plain and rented ones hatched; what there is of one's own as a broken line;
 * times at which an own cluster was not well as crossed bands; each run that left for the cloud as a tick. Below it the queue.
 */
export function UsagePlot({ usage }: { usage: UsageView }): JSX.Element {
  const { t, language } = useOpsWords();
  const scheme = useComputedColorScheme('light');
  const colors = useMemo(() => palette(scheme), [scheme]);
  const gpus = useRef<HTMLDivElement>(null);
  const queue = useRef<HTMLDivElement>(null);
  const latest = useRef(usage);
  latest.current = usage;
  const plots = useRef<{ gpus: uPlot; queue: uPlot } | null>(null);

  useEffect(() => {
    const [top, below] = [gpus.current, queue.current];
    if (top === null || below === null) return undefined;
    const { own, both, capacity, queued, at } = columnsOf(latest.current);
    const width = top.clientWidth;
    const made = {
      gpus: new uPlot(gpusOptions(width, colors, latest, language), [at, both, own, capacity], top),
      queue: new uPlot(queueOptions(width, colors, latest, language), [at, queued], below),
    };
    plots.current = made;
    const resize = new ResizeObserver(([entry]) => {
      const next = Math.floor(entry?.contentRect.width ?? width);
      made.gpus.setSize({ width: next, height: GPUS_HEIGHT });
      made.queue.setSize({ width: next, height: QUEUE_HEIGHT });
    });
    resize.observe(top);
    return () => {
      resize.disconnect();
      made.gpus.destroy();
      made.queue.destroy();
      plots.current = null;
    };
  }, [colors, language]);

  useEffect(() => {
    const { own, both, capacity, queued, at } = columnsOf(usage);
    plots.current?.gpus.setData([at, both, own, capacity]);
    plots.current?.queue.setData([at, queued]);
  }, [usage]);

  const legend = [
    { text: t('ownUsed'), sample: <rect width="24" height="12" fill={colors.own} /> },
    { text: t('cloudUsed'), sample: <Hatch color={colors.cloud} /> },
    { text: t('capacity'), sample: <path d="M0 6H24" stroke={colors.line} strokeWidth="2" strokeDasharray="6 4" /> },
    { text: t('outage'), sample: <Cross color={colors.outage} /> },
    { text: t('spill'), sample: <path d="M7 1H17L12 11Z" fill={colors.spill} /> },
  ];
  return (
    <figure style={{ margin: 0 }} className="ops-plot" aria-label={t('plotTitle')}>
      <ul className="ops-legend">
        {legend.map(({ text, sample }) => (
          <li key={text}>
            <svg width="24" height="12" aria-hidden="true">
              {sample}
            </svg>
            {text}
          </li>
        ))}
      </ul>
      <div ref={gpus} aria-hidden="true" />
      <div ref={queue} aria-hidden="true" />
    </figure>
  );
}

function Hatch({ color }: { color: string }): JSX.Element {
  return (
    <>
      <rect width="24" height="12" fill={color} fillOpacity="0.25" />
      <path d="M-2 12L10 0M4 12L16 0M10 12L22 0M16 12L28 0" stroke={color} strokeWidth="2" />
    </>
  );
}

function Cross({ color }: { color: string }): JSX.Element {
  return (
    <>
      <rect width="24" height="12" fill={color} fillOpacity="0.15" />
      <path d="M0 0L12 12M12 0L0 12M12 0L24 12M24 0L12 12" stroke={color} strokeWidth="1" />
    </>
  );
}

function axes(colors: Palette, language: string, what: string): uPlot.Axis[] {
  const common = { stroke: colors.text, grid: { stroke: colors.grid, width: 1 }, ticks: { stroke: colors.grid, width: 1 } };
  const hours = new Intl.DateTimeFormat(language, { hour: '2-digit', minute: '2-digit', hour12: false });
  const days = new Intl.DateTimeFormat(language, { month: 'short', day: 'numeric', hour: '2-digit', hour12: false });
  return [
    {
      ...common,
      values: (_plot, splits, _index, _space, incrementS) =>
        splits.map((split) => (incrementS >= 43_200 ? days : hours).format(new Date(split * 1000))),
    },
    {
      ...common,
      size: 56,
      label: what,
      labelSize: 18,
      values: (_plot, splits) => splits.map((split) => (Number.isInteger(split) ? String(split) : '')),
    },
  ];
}

function gpusOptions(width: number, colors: Palette, usage: { current: UsageView }, language: string): uPlot.Options {
  return {
    ...{ width, height: GPUS_HEIGHT, cursor: { sync: { key: SYNC }, drag: { x: false, y: false } }, legend: { show: false } },
    scales: {
      x: { range: () => spanOf(usage.current) },
      y: { range: (_plot, _min, max) => [0, Math.max(1, Math.ceil((Number.isFinite(max) ? max : 1) * 1.15))] },
    },
    axes: axes(colors, language, 'GPU'),
    series: [
      {},
      { stroke: colors.cloud, width: 1.5, fill: (plot) => patternOf(plot.ctx, colors.cloud) ?? colors.cloud, paths: stepped },
      { stroke: colors.own, width: 1.5, fill: colors.own, paths: stepped },
      { stroke: colors.line, width: 2, dash: [6, 4], paths: stepped },
    ],
    hooks: {
      drawClear: [(plot) => drawOutages(plot, usage.current, colors)],
      draw: [(plot) => drawSpills(plot, usage.current, colors)],
    },
  };
}

/** The time that was asked for, also where nothing is known of most of it: an hour looks like an hour. */
function spanOf({ from, to }: UsageView): uPlot.Range.MinMax {
  return [Date.parse(from) / 1000, Date.parse(to) / 1000];
}

function queueOptions(width: number, colors: Palette, usage: { current: UsageView }, language: string): uPlot.Options {
  return {
    ...{ width, height: QUEUE_HEIGHT, cursor: { sync: { key: SYNC }, drag: { x: false, y: false } }, legend: { show: false } },
    scales: {
      x: { range: () => spanOf(usage.current) },
      y: { range: (_plot, _min, max) => [0, Math.max(1, Number.isFinite(max) ? max : 1)] },
    },
    axes: axes(colors, language, language === 'ko' ? '대기' : 'queue'),
    series: [{}, { stroke: colors.text, width: 1.5, fill: `${colors.text}22`, paths: stepped }],
  };
}

const stepped: uPlot.Series.PathBuilder = (plot, series, from, to) =>
  uPlot.paths.stepped?.({ align: 1 })(plot, series, from, to) ?? null;

function drawOutages(plot: uPlot, { outages, to: end, clusters }: UsageView, colors: Palette): void {
  const { ctx, bbox } = plot;
  const own = new Set(clusters.filter(({ kind }) => kind === 'onprem').map(({ name }) => name));
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  for (const { cluster, from, to } of outages) {
    if (!own.has(cluster)) continue;
    const left = plot.valToPos(Date.parse(from) / 1000, 'x', true);
    const right = plot.valToPos(Date.parse(to ?? end) / 1000, 'x', true);
    ctx.fillStyle = patternOf(ctx, colors.outage, true) ?? colors.outage;
    ctx.fillRect(left, bbox.top, Math.max(2, right - left), bbox.height);
  }
  ctx.restore();
}

function drawSpills(plot: uPlot, { spills }: UsageView, colors: Palette): void {
  const { ctx, bbox } = plot;
  const size = 5 * devicePixelRatio;
  ctx.save();
  ctx.fillStyle = colors.spill;
  for (const { at } of spills) {
    const x = plot.valToPos(Date.parse(at) / 1000, 'x', true);
    if (x < bbox.left || x > bbox.left + bbox.width) continue;
    ctx.beginPath();
    ctx.moveTo(x - size, bbox.top);
    ctx.lineTo(x + size, bbox.top);
    ctx.lineTo(x, bbox.top + 2 * size);
    ctx.fill();
  }
  ctx.restore();
}
