import { TILESET_PATH, type PublicationView } from '@stead/contracts/viewing';
import { NoWebGl, SignedPrefix, Viewer, type Pose, type ViewerProblem, type ViewerStatus } from '@stead/web/viewer-core';
import type { Page } from './page';
import type { Renewal } from './renewal';

export interface Visit {
  /** New addresses for what is not loaded yet. */
  renew(view: PublicationView): void;
  retry(): void;
  end(): void;
}

export interface VisitEvents {
  onReady(points: number): void;
  onProblem(problem: 'expired' | 'graphicsLost' | 'noWebGl' | 'unreachable'): void;
}

/** The status line is read out: not more often than this. */
const STATUS_EVERY_MS = 700;

/** Binds the engine to the page and to the publication. */
export function openVisit(page: Page, view: PublicationView, renewal: Renewal, events: VisitEvents): Visit | null {
  const absolute = (url: string): string => new URL(url, location.href).toString();
  const prefix = new SignedPrefix(absolute(view.tilesetUrl), TILESET_PATH);
  const still = matchMedia('(prefers-reduced-motion: reduce)');
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const background = (): string => getComputedStyle(document.documentElement).getPropertyValue('--scene').trim();
  const stop = new AbortController();
  const show = statusWriter(page, events);
  let viewer: Viewer;
  try {
    viewer = new Viewer({
      canvas: page.canvas,
      access: { tilesetUrl: absolute(view.tilesetUrl), resolve: (url) => prefix.resolve(url), renew: () => renewal.now() },
      start: view.start,
      bounds: view.bounds,
      units: view.units,
      background: background(),
      reducedMotion: still.matches,
      onStatus: show,
      onProblem: (problem) => onProblem(problem, page, events),
      onCommand: (command) => {
        if (command === 'help' && !page.help.open) page.help.showModal();
      },
    });
  } catch (error) {
    if (!(error instanceof NoWebGl)) throw error;
    events.onProblem('noWebGl');
    return null;
  }
  const options = { signal: stop.signal };
  dark.addEventListener('change', () => viewer.setBackground(background()), options);
  still.addEventListener('change', () => viewer.setReducedMotion(still.matches), options);
  for (const mode of ['walk', 'orbit'] as const) {
    document.getElementById(`mode-${mode}`)?.addEventListener('click', () => viewer.setMode(mode), options);
  }
  document.getElementById('reset')?.addEventListener('click', () => viewer.reset(), options);
  return {
    renew: (next) => void prefix.renew(absolute(next.tilesetUrl), TILESET_PATH),
    retry: () => {
      page.showNotice(false);
      viewer.retry();
    },
    end: () => {
      stop.abort();
      viewer.dispose();
    },
  };
}

function onProblem(problem: ViewerProblem, page: Page, events: VisitEvents): void {
  if (problem === 'graphics-lost') events.onProblem('graphicsLost');
  else if (page.canvas.dataset['state'] === 'ready') page.showNotice(true);
  else if (problem === 'unreachable') events.onProblem('unreachable');
  else events.onProblem('expired');
}

/** Writes what the engine tells into the page, and into the canvas's `data-*`, which tests and embedders may read. */
function statusWriter(page: Page, events: VisitEvents): (status: ViewerStatus) => void {
  const write = atMostEvery(STATUS_EVERY_MS, ({ pointsShown, settled }: ViewerStatus) => page.showPoints(pointsShown, settled));
  return (status) => {
    const { dataset } = page.canvas;
    if (status.phase === 'ready' && dataset['state'] === 'loading') {
      dataset['state'] = 'ready';
      page.showScene();
      events.onReady(status.pointsShown);
    }
    if (dataset['mode'] !== status.mode) page.showMode(status.mode);
    dataset['mode'] = status.mode;
    dataset['points'] = String(status.pointsShown);
    dataset['settled'] = String(status.settled);
    dataset['pose'] = poseText(status.pose);
    page.showProgress(status.settled ? null : status.progress);
    if (status.phase === 'ready') write(status);
  };
}

/** `x,y,z,yaw,pitch`; units of the map and radians. */
function poseText({ position, yaw, pitch }: Pose): string {
  return [...position, yaw, pitch].map((value) => value.toFixed(3)).join(',');
}

/** Passes values on at a bounded rate; the last one always arrives. */
function atMostEvery<T>(ms: number, pass: (value: T) => void): (value: T) => void {
  let latest: T;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let passedMs = -Infinity;
  return (value) => {
    latest = value;
    if (timer !== undefined) return;
    const wait = passedMs + ms - performance.now();
    const now = (): void => {
      timer = undefined;
      passedMs = performance.now();
      pass(latest);
    };
    if (wait <= 0) now();
    else timer = setTimeout(now, wait);
  };
}
