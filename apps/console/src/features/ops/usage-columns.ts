import type { UsageView } from '@stead/contracts/dispatcher';

type Column = (number | null)[];

export interface UsageColumns {
  at: number[];
  own: Column;
  /** Own and rented ones, as the second area stands on the first. */
  both: Column;
  capacity: Column;
  queued: Column;
}

/** Sums over clusters; a moment of which nothing is known stays empty. */
export function columnsOf({ at, clusters, queued }: UsageView): UsageColumns {
  const sum = (kind: 'onprem' | 'cloud', of: 'gpusUsed' | 'gpusTotal'): Column =>
    at.map((_, index) => {
      const known = clusters.flatMap((cluster) => {
        const value = cluster.kind === kind ? cluster[of][index] : undefined;
        return value === null || value === undefined ? [] : [value];
      });
      return known.length === 0 ? null : known.reduce((total, value) => total + value, 0);
    });
  const own = sum('onprem', 'gpusUsed');
  const rented = sum('cloud', 'gpusUsed');
  const both = own.map((value, index) => {
    const other = rented[index] ?? null;
    return value === null && other === null ? null : (value ?? 0) + (other ?? 0);
  });
  return { at, own, both, capacity: sum('onprem', 'gpusTotal'), queued };
}

export interface Palette {
  own: string;
  cloud: string;
  line: string;
  outage: string;
  spill: string;
  text: string;
  grid: string;
}

/** Told apart by people who see fewer colours (Okabe and Ito's set), and by their patterns without any. */
export function palette(scheme: 'light' | 'dark'): Palette {
  return scheme === 'dark'
    ? { own: '#56b4e9', cloud: '#e69f00', line: '#f1f3f5', outage: '#ff8787', spill: '#ffd43b', text: '#ced4da', grid: '#373d44' }
    : {
        own: '#0072b2',
        cloud: '#b35c00',
        line: '#212529',
        outage: '#c92a2a',
        spill: '#862e9c',
        text: '#495057',
        grid: '#e3e1da',
      };
}

const TILE = 8;

/** Stripes, or a lattice where `crossed`, in a lighter tone of the colour. */
export function patternOf(ctx: CanvasRenderingContext2D, color: string, crossed = false): CanvasPattern | null {
  const tile = document.createElement('canvas');
  const size = TILE * Math.max(1, Math.round(devicePixelRatio));
  tile.width = size;
  tile.height = size;
  const pen = tile.getContext('2d');
  if (pen === null) return null;
  pen.fillStyle = `${color}${crossed ? '22' : '44'}`;
  pen.fillRect(0, 0, size, size);
  pen.strokeStyle = crossed ? `${color}88` : color;
  pen.lineWidth = Math.max(1, size / (crossed ? 10 : 5));
  pen.beginPath();
  for (const shift of [-size, 0, size]) {
    pen.moveTo(shift, size);
    pen.lineTo(shift + size, 0);
    if (!crossed) continue;
    pen.moveTo(shift, 0);
    pen.lineTo(shift + size, size);
  }
  pen.stroke();
  return ctx.createPattern(tile, 'repeat');
}
