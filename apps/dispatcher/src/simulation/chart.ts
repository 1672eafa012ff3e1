/** A picture of lines over axes, as SVG by hand. Colours and words are readable on white and on black. */
export interface Chart {
  title: string;
  x: Axis;
  panels: readonly Panel[];
}

export interface Axis {
  label: string;
  from: number;
  to: number;
  /** Distance of two ticks. */
  step: number;
}

export interface Panel {
  y: Axis;
  height: number;
  series: readonly Series[];
  /** Spans of x that something held for. */
  bands?: readonly { from: number; to: number }[];
}

export type Point = readonly [x: number, y: number];

export interface Series {
  name: string;
  points: readonly Point[];
  colour: keyof typeof COLOURS;
  dashed?: boolean;
  /** Each point is a measurement of its own, with a word beside it. */
  marks?: readonly string[];
  /** What is shaded: all below the line, or what lies between two others. */
  shade?: 'below' | { low: readonly Point[]; high: readonly Point[] };
  /** The value holds until the next one. */
  stepped?: boolean;
}

const COLOURS = {
  blue: '#2f81d0',
  orange: '#d97a1f',
  green: '#1f9d6f',
  purple: '#9a63c4',
  red: '#d0455a',
  grey: '#808893',
} as const;
const [WIDTH, LEFT, RIGHT, TOP, GAP, BOTTOM] = [760, 64, 16, 64, 28, 52];

const STYLE = `
  .back { fill: #ffffff } text { font: 12px system-ui, sans-serif; fill: #24292f } .title { font-size: 15px; font-weight: 600 }
  .grid { stroke: #d0d7de; stroke-width: 1 } .axis { stroke: #57606a; stroke-width: 1 } .band { fill: #d0455a; opacity: 0.15 }
  @media (prefers-color-scheme: dark) {
    .back { fill: #0d1117 } text { fill: #e6edf3 } .grid { stroke: #30363d } .axis { stroke: #8b949e }
  }`;

export function draw({ title, x, panels }: Chart): string {
  const height = TOP + panels.reduce((sum, panel) => sum + panel.height + GAP, -GAP) + BOTTOM;
  const toX = (value: number): number => LEFT + ((value - x.from) / (x.to - x.from)) * (WIDTH - LEFT - RIGHT);
  let top = TOP;
  const drawn = panels.map((panel, index) => {
    const at = top;
    top += panel.height + GAP;
    return drawPanel(panel, x, toX, at, index);
  });
  const [bottom, middle] = [height - BOTTOM, (LEFT + WIDTH - RIGHT) / 2];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img">`,
    `<title>${escaped(title)}</title><style>${STYLE}</style><rect class="back" width="${WIDTH}" height="${height}"/>`,
    `<text class="title" x="${LEFT}" y="24">${escaped(title)}</text>`,
    legend(panels.flatMap(({ series }) => series)),
    ...drawn,
    ...ticks(x).map((value) => text(toX(value), bottom + 18, String(value), 'middle')),
    text(middle, bottom + 40, x.label, 'middle'),
    '</svg>\n',
  ].join('\n');
}

function drawPanel(
  { y, height, series, bands = [] }: Panel,
  x: Axis,
  toX: (x: number) => number,
  top: number,
  index: number,
): string {
  const bottom = top + height;
  const toY = (value: number): number => bottom - ((value - y.from) / (y.to - y.from)) * height;
  const middle = (top + bottom) / 2;
  const clip = `panel-${index}`;
  return [
    `<clipPath id="${clip}"><rect x="${LEFT}" y="${top}" width="${WIDTH - LEFT - RIGHT}" height="${height}"/></clipPath>`,
    ...ticks(y).map((value) => line('grid', LEFT, toY(value), WIDTH - RIGHT, toY(value))),
    ...ticks(x).map((value) => line('grid', toX(value), top, toX(value), bottom)),
    ...ticks(y).map((value) => text(LEFT - 8, toY(value) + 4, String(value), 'end')),
    `<text transform="translate(16 ${middle}) rotate(-90)" text-anchor="middle">${escaped(y.label)}</text>`,
    `<g clip-path="url(#${clip})">`,
    ...bands.map(
      ({ from, to }) =>
        `<rect class="band" x="${px(toX(from))}" y="${top}" width="${px(toX(to) - toX(from))}" height="${height}"/>`,
    ),
    ...series.map((one) => drawSeries(one, toX, toY)),
    '</g>',
    line('axis', LEFT, top, LEFT, bottom),
    line('axis', LEFT, bottom, WIDTH - RIGHT, bottom),
  ].join('\n');
}

function drawSeries(
  { points, colour, dashed, marks, shade, stepped }: Series,
  toX: (x: number) => number,
  toY: (y: number) => number,
): string {
  const path = (of: readonly Point[]): string =>
    of
      .map(([x, y], index) =>
        stepped && index > 0 ? `H${px(toX(x))}V${px(toY(y))}` : `${index === 0 ? 'M' : 'L'}${px(toX(x))} ${px(toY(y))}`,
      )
      .join('');
  const hue = COLOURS[colour];
  const parts = [
    `<path d="${path(points)}" fill="none" stroke="${hue}" stroke-width="2" stroke-linejoin="round"${dashed ? ' stroke-dasharray="6 4"' : ''}/>`,
  ];
  const [first, last] = [points[0], points.at(-1)];
  const area = (outline: string): string => `<path d="${outline}Z" fill="${hue}" opacity="0.22"/>`;
  if (shade === 'below' && first !== undefined && last !== undefined)
    parts.unshift(area(`${path(points)}L${px(toX(last[0]))} ${px(toY(0))}L${px(toX(first[0]))} ${px(toY(0))}`));
  else if (typeof shade === 'object') parts.unshift(area(path(shade.low) + path([...shade.high].reverse()).replace('M', 'L')));
  marks?.forEach((mark, index) => {
    const [x, y] = points[index] ?? [0, 0];
    parts.push(
      `<circle cx="${px(toX(x))}" cy="${px(toY(y))}" r="3.5" fill="${hue}"/>`,
      text(toX(x) + 6, toY(y) - 5, mark, 'start'),
    );
  });
  return parts.join('\n');
}

/** In one line, or two, above the panels. */
function legend(series: readonly Series[]): string {
  let [x, y] = [LEFT, 40];
  const parts = series.map(({ name, colour, dashed }) => {
    const width = 34 + name.length * 6.6;
    if (x + width > WIDTH) [x, y] = [LEFT, y + 15];
    const at = x;
    x += width;
    const dash = dashed ? ' stroke-dasharray="6 4"' : '';
    return `<path d="M${px(at)} ${y}h18" stroke="${COLOURS[colour]}" stroke-width="3"${dash}/>${text(at + 23, y + 4, name, 'start')}`;
  });
  return parts.join('\n');
}

function ticks({ from, to, step }: Axis): number[] {
  const count = Math.floor((to - from) / step + 1e-9);
  return Array.from({ length: count + 1 }, (_, index) => Math.round((from + index * step) * 1000) / 1000);
}

function line(kind: 'grid' | 'axis', x1: number, y1: number, x2: number, y2: number): string {
  return `<path class="${kind}" d="M${px(x1)} ${px(y1)}L${px(x2)} ${px(y2)}"/>`;
}

function text(x: number, y: number, words: string, anchor: 'start' | 'middle' | 'end'): string {
  return `<text x="${px(x)}" y="${px(y)}" text-anchor="${anchor}">${escaped(words)}</text>`;
}

/** A tenth of a pixel is more than anybody sees. */
function px(value: number): number {
  return Math.round(value * 10) / 10;
}

function escaped(words: string): string {
  return words.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
}
