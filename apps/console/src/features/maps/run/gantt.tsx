import type { JSX } from 'react';
import { duration } from '../../../app/duration';
import { useMapWords } from '../map-words';
import type { Run } from '../queries';
import { timelineOf } from './timeline';

const WIDTH = 720;
const NAMES = 110;
const HEAD = 34;
const ROW = 20;
const BAR = 12;
const FOOT = 20;
const TICKS = 4;

/** Steps over time, with the attempts behind them. The table of steps below it says the same to who cannot see it. */
export function Gantt({ run, nowMs }: { run: Run; nowMs: number }): JSX.Element {
  const { t, language } = useMapWords();
  const { startMs, endMs, bars, bands } = timelineOf(run, nowMs);
  const x = (share: number): number => NAMES + share * (WIDTH - NAMES);
  const height = HEAD + run.steps.length * ROW + FOOT;
  const bottom = height - FOOT;
  return (
    <figure className="maps-gantt" tabIndex={0} role="region" aria-label={t('ganttHint')}>
      <svg viewBox={`0 0 ${WIDTH} ${height}`} aria-hidden="true" data-bars={bars.length}>
        {bands.map(({ epoch, cluster, from, to }, i) => (
          <g key={epoch}>
            <rect
              className="maps-gantt-band"
              data-attempt={epoch}
              x={x(from)}
              y={HEAD - 4}
              width={Math.max(2, x(to) - x(from))}
              height={bottom - HEAD + 4}
            />
            <text className="maps-gantt-text" x={x(from) + 2} y={i % 2 === 0 ? 12 : 26}>
              {`${epoch} · ${cluster}`}
            </text>
          </g>
        ))}
        {run.steps.map(({ name }, i) => (
          <text key={name} className="maps-gantt-text" x="0" y={HEAD + i * ROW + BAR}>
            {name}
          </text>
        ))}
        {bars.map(({ step, state, from, to }) => {
          const row = run.steps.findIndex(({ name }) => name === step);
          return (
            <rect
              key={step}
              className="maps-gantt-bar"
              data-state={state}
              x={x(from)}
              y={HEAD + row * ROW + 2}
              width={Math.max(2, x(to) - x(from))}
              height={BAR}
              rx="2"
            >
              <title>{`${step}: ${duration(((to - from) * (endMs - startMs)) / 1000, language)}`}</title>
            </rect>
          );
        })}
        <line className="maps-gantt-line" x1={NAMES} x2={WIDTH} y1={bottom} y2={bottom} />
        {Array.from({ length: TICKS + 1 }, (_, i) => i / TICKS).map((share) => (
          <text
            key={share}
            className="maps-gantt-text"
            x={x(share)}
            y={height - 5}
            textAnchor={share === 0 ? 'start' : share === 1 ? 'end' : 'middle'}
          >
            {duration((share * (endMs - startMs)) / 1000, language)}
          </text>
        ))}
      </svg>
    </figure>
  );
}
