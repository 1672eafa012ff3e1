import { viewSchema } from '@stead/contracts/studio';
import type { PublicationView } from '@stead/contracts/viewing';
import { NoWebGl, Viewer, type Pose, type ViewerProblem, type ViewerStatus } from '@stead/web/viewer-core';
import type { PlaceFiles } from './files';
import type { Page } from './page';
import { atMostEvery } from './rate';

export interface Engine {
  readonly viewer: Viewer;
  retry(): void;
  end(): void;
}

export interface EngineEvents {
  onReady(points: number): void;
  onProblem(problem: 'expired' | 'graphicsLost' | 'noWebGl' | 'unreachable'): void;
  /** With each picture. */
  onPose(pose: Pose): void;
}

/** The status line is read out: not more often than this. */
const STATUS_EVERY_MS = 700;

/** Binds the engine to the page and to the publication. `scene`: what hangs in the place, as it came, or null. */
export function startEngine(
  page: Page,
  view: PublicationView,
  files: PlaceFiles,
  scene: Promise<unknown>,
  events: EngineEvents,
): Engine | null {
  const still = matchMedia('(prefers-reduced-motion: reduce)');
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const background = (): string => getComputedStyle(document.documentElement).getPropertyValue('--scene').trim();
  const stop = new AbortController();
  let viewer: Viewer;
  try {
    viewer = new Viewer({
      canvas: page.canvas,
      access: files,
      start: view.start,
      bounds: view.bounds,
      units: view.units,
      background: background(),
      reducedMotion: still.matches,
      onStatus: statusWriter(page, events),
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
  void scene.then((found) => {
    const start = startOf(found);
    if (start !== null && !stop.signal.aborted) viewer.setStart(start);
  });
  const options = { signal: stop.signal };
  dark.addEventListener('change', () => viewer.setBackground(background()), options);
  still.addEventListener('change', () => viewer.setReducedMotion(still.matches), options);
  for (const mode of ['walk', 'orbit'] as const) {
    document.getElementById(`mode-${mode}`)?.addEventListener('click', () => viewer.setMode(mode), options);
  }
  document.getElementById('reset')?.addEventListener('click', () => viewer.reset(), options);
  return {
    viewer,
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

/** Where the scene lets visitors start. The rest of the scene is understood later, by what shows it. */
function startOf(scene: unknown): { position: [number, number, number]; target: [number, number, number] } | null {
  if (typeof scene !== 'object' || scene === null || !('start' in scene)) return null;
  const start = viewSchema.safeParse(scene.start);
  return start.success ? start.data : null;
}

function onProblem(problem: ViewerProblem, page: Page, events: EngineEvents): void {
  if (problem === 'graphics-lost') events.onProblem('graphicsLost');
  else if (page.canvas.dataset['state'] === 'ready') page.showNotice(true);
  else if (problem === 'unreachable') events.onProblem('unreachable');
  else events.onProblem('expired');
}

/** Writes what the engine tells into the page, and into the canvas's `data-*`, which tests and embedders may read. */
function statusWriter(page: Page, events: EngineEvents): (status: ViewerStatus) => void {
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
    events.onPose(status.pose);
  };
}

/** `x,y,z,yaw,pitch`; units of the map and radians. */
function poseText({ position, yaw, pitch }: Pose): string {
  return [...position, yaw, pitch].map((value) => value.toFixed(3)).join(',');
}
