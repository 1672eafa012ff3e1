import type { Words } from './words';

export interface RunRow {
  runId: string;
  title: string;
  step: string | null;
  percent: number;
  etaS: number | null;
  cluster: string | null;
  why: string | null;
}

export interface MapRow {
  id: string;
  name: string;
  latestVersion: {
    state: 'requested' | 'queued' | 'running' | 'succeeded' | 'failed' | 'cancelled';
    cluster: string | null;
    quality: { grade: string; points: number } | null;
    failure: { detail: string; advice: string[] } | null;
  };
}

/** Text is only ever set as text: names come from users. */
function make<K extends keyof HTMLElementTagNameMap>(tag: K, text: string, className = ''): HTMLElementTagNameMap[K] {
  const node = document.createElement(tag);
  node.textContent = text;
  node.className = className;
  return node;
}

export function runItem(run: RunRow, words: Words): HTMLElement {
  const item = document.createElement('li');
  const progress = document.createElement('progress');
  progress.max = 100;
  progress.value = run.percent;
  progress.setAttribute('aria-label', `${run.title}: ${Math.round(run.percent)} %`);
  const eta = run.etaS === null ? '' : ` · ${duration(run.etaS)} ${words.left}`;
  const place = run.cluster === null ? '' : ` · ${run.cluster}`;
  item.append(
    make('h3', run.title),
    progress,
    make('p', `${run.step ?? words.queued} · ${Math.round(run.percent)} %${eta}${place}`),
  );
  if (run.why !== null) item.append(make('p', run.why));
  return item;
}

export function mapItem(map: MapRow, publicationId: string | null, words: Words): HTMLElement {
  const item = document.createElement('li');
  const { state, quality, failure } = map.latestVersion;
  const card = quality === null ? '' : ` · ${words.grade} ${quality.grade} · ${quality.points.toLocaleString()} ${words.points}`;
  item.append(make('h3', map.name), make('p', words[state] + card));
  if (failure !== null) item.append(make('p', [failure.detail, ...failure.advice].join(' '), 'failed'));
  if (publicationId !== null) {
    const link = make('a', `${words.open} — ${map.name}`);
    link.href = `/v/${encodeURIComponent(publicationId)}`;
    item.append(link);
  }
  return item;
}

function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
