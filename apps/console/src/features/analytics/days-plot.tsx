import { useComputedColorScheme } from '@mantine/core';
import { useEffect, useRef, type JSX } from 'react';
import uPlot from 'uplot';
import { useAnalyticsWords } from './analytics-words';
import type { Day } from './days';

const HEIGHT = 240;
const HALF_DAY_S = 43_200;
const BAR_SHARE = 0.7;
const BAR_PX_MAX = 48;

/** Views as bars and visitors as a line with points; a day on which they are not told, or nobody came, has no point. */
export function DaysPlot({ days }: { days: readonly Day[] }): JSX.Element {
  const { t, language } = useAnalyticsWords();
  const scheme = useComputedColorScheme('light');
  const place = useRef<HTMLDivElement>(null);
  const [views, visitors] = [t('views'), t('visitors')];
  useEffect(() => {
    const element = place.current;
    if (element === null) return undefined;
    const plot = new uPlot(options(element.clientWidth, language, { views, visitors }), columnsOf(days), element);
    const resize = new ResizeObserver(([entry]) =>
      plot.setSize({ width: Math.floor(entry?.contentRect.width ?? plot.width), height: HEIGHT }),
    );
    resize.observe(element);
    return () => {
      resize.disconnect();
      plot.destroy();
    };
  }, [days, language, scheme, views, visitors]);
  return (
    <figure className="analytics-plot" aria-label={t('byDay')}>
      <ul className="analytics-legend">
        <li>
          <svg width="24" height="12" aria-hidden="true">
            <rect x="6" width="12" height="12" className="analytics-bar" />
          </svg>
          {views}
        </li>
        <li>
          <svg width="24" height="12" aria-hidden="true">
            <path d="M0 6H24" className="analytics-line" />
            <circle cx="12" cy="6" r="3" className="analytics-point" />
          </svg>
          {visitors}
        </li>
      </ul>
      <div ref={place} aria-hidden="true" />
    </figure>
  );
}

function columnsOf(days: readonly Day[]): uPlot.AlignedData {
  return [
    days.map(({ day }) => Date.parse(day) / 1000),
    days.map(({ views }) => views),
    days.map(({ visitors }) => (visitors === 0 ? null : visitors)),
  ];
}

function options(width: number, language: string, labels: { views: string; visitors: string }): uPlot.Options {
  const style = getComputedStyle(document.documentElement);
  const color = (name: string): string => style.getPropertyValue(name).trim();
  const text = color('--mantine-color-dimmed');
  const grid = color('--mantine-color-default-border');
  const common = { stroke: text, grid: { stroke: grid, width: 1 }, ticks: { stroke: grid, width: 1 } };
  const date = new Intl.DateTimeFormat(language, { month: 'short', day: 'numeric', timeZone: 'UTC' });
  const bars = uPlot.paths.bars?.({ size: [BAR_SHARE, BAR_PX_MAX] });
  return {
    ...{ width, height: HEIGHT, legend: { show: false }, cursor: { drag: { x: false, y: false } } },
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), 'UTC'),
    scales: {
      // The bars of the first and the last day are as wide as the others.
      x: { range: (_plot, min, max) => [min - HALF_DAY_S, max + HALF_DAY_S] },
      y: { range: (_plot, _min, max) => [0, Math.max(1, Math.ceil((Number.isFinite(max) ? max : 1) * 1.1))] },
    },
    axes: [
      { ...common, values: (_plot, splits) => splits.map((split) => date.format(new Date(split * 1000))) },
      {
        ...common,
        size: 56,
        values: (_plot, splits) => splits.map((split) => (Number.isInteger(split) ? split.toLocaleString(language) : '')),
      },
    ],
    series: [
      {},
      {
        label: labels.views,
        fill: color('--mantine-primary-color-filled'),
        ...(bars === undefined ? {} : { paths: bars }),
        points: { show: false },
      },
      {
        label: labels.visitors,
        stroke: color('--analytics-visitors'),
        width: 2,
        points: { show: true, size: 7, fill: color('--analytics-visitors') },
      },
    ],
  };
}
