import type { JSX } from 'react';
import type { Day } from './days';
import { usePublicationWords } from './publication-words';

const WIDTH = 600;
const HEIGHT = 140;
const FOOT = 18;
const GAP_SHARE = 0.2;
/** More labels than these would stand on each other on a telephone. */
const LABELS = 4;

/** Views of each day as bars. For who cannot see them, the same as a table. */
export function ViewsPlot({ days }: { days: readonly Day[] }): JSX.Element {
  const { t, language } = usePublicationWords();
  const most = Math.max(1, ...days.map(({ views }) => views));
  const step = WIDTH / Math.max(1, days.length);
  const every = Math.max(1, Math.ceil(days.length / LABELS));
  const date = new Intl.DateTimeFormat(language, { month: 'short', day: 'numeric', timeZone: 'UTC' });
  const bars = days.map(({ day, views }, i) => ({
    day,
    x: i * step + (step * GAP_SHARE) / 2,
    height: (views / most) * (HEIGHT - FOOT - 12),
    label: i % every === 0 ? date.format(new Date(day)) : null,
    hint: `${date.format(new Date(day))}: ${t('viewsCount', { count: views })}`,
  }));
  return (
    <figure className="publication-plot">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="xMinYMid meet" aria-hidden="true">
        <text x="0" y="9" className="publication-plot-text">
          {most}
        </text>
        <line x1="0" x2={WIDTH} y1={HEIGHT - FOOT} y2={HEIGHT - FOOT} className="publication-plot-line" />
        {bars.map(({ day, x, height, label, hint }) => (
          <g key={day}>
            <rect
              x={x}
              y={HEIGHT - FOOT - height}
              width={step * (1 - GAP_SHARE)}
              height={height}
              className="publication-plot-bar"
            >
              <title>{hint}</title>
            </rect>
            {label !== null && (
              <text x={x} y={HEIGHT - 4} className="publication-plot-text">
                {label}
              </text>
            )}
          </g>
        ))}
      </svg>
      <table className="publication-unseen">
        <caption>{t('viewsByDay')}</caption>
        <tbody>
          {days.map(({ day, views }) => (
            <tr key={day}>
              <th scope="row">{date.format(new Date(day))}</th>
              <td>{views}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </figure>
  );
}
