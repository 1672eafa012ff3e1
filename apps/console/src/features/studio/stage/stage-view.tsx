import { Alert, Button, Group, Loader, Text, useComputedColorScheme } from '@mantine/core';
import { useEffect, useMemo, useRef, useState, type JSX, type Dispatch, type RefObject, type SetStateAction } from 'react';
import type { ViewerProblem } from '@stead/web/viewer-core';
import { ProblemAlert } from '../../../app/feedback';
import { nameOf } from '../model/naming';
import { placeOf } from '../model/make';
import type { MapView, Point, SceneElement, View } from '../model/types';
import { lookAt, useApi } from '../queries';
import { useStudio } from '../studio-context';
import { useStudioWords, type StudioTranslation } from '../studio-words';
import type { Marker } from './drawn';
import { PlacingBar } from './placing-bar';
import type { Stage } from './stage';

const MARKED: ReadonlySet<string> = new Set(['hotspot', 'ar-anchor', 'route-point', 'measurement', 'redaction']);
const COLOURS: Record<string, string> = {
  'ar-anchor': '#9333ea',
  'route-point': '#15803d',
  measurement: '#d97706',
  redaction: '#dc2626',
};

type Shown = 'loading' | 'ready' | 'no-webgl' | ViewerProblem;

/** The place with what hangs in it. Without WebGL it says what is missing, and the rest of the page goes on. */
export function StageView({
  view,
  error,
  onStage,
}: {
  view: MapView | undefined;
  error: unknown;
  onStage: (stage: Stage | null) => void;
}): JSX.Element {
  const words = useStudioWords();
  const { t } = words;
  const studio = useStudio();
  const { stage, hands, kept, selectedId } = studio;
  const root = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const overlay = useRef<HTMLDivElement>(null);
  const [shown, setShown] = useState<Shown>('loading');
  const dark = useComputedColorScheme('light') === 'dark';
  useStage({ view, start: kept.scene.start, dark, root, canvas, overlay, onStage, onShown: setShown });
  const { elements } = kept;

  useEffect(() => stage?.setBackground(backgroundOf(dark)), [stage, dark]);
  const { language } = words;
  // `words` are new at every turn and say the same in the same language.
  const markers = useMemo(() => markersOf(elements, words), [elements, language]);
  useEffect(() => stage?.show(elements, markers, selectedId), [stage, elements, markers, selectedId]);
  const got = hands.placing?.got;
  useEffect(() => stage?.showPlacing(got?.map(({ point }) => point) ?? null), [stage, got]);
  const isPlacing = hands.placing !== null;
  useEffect(() => {
    if (!isPlacing) return;
    canvas.current?.scrollIntoView({ block: 'nearest' });
    canvas.current?.focus({ preventScroll: true });
  }, [isPlacing]);

  const noPicture = shown === 'no-webgl' || error !== null;
  return (
    <section
      ref={root}
      className="studio-stage"
      aria-label={t('stage')}
      data-state={shown}
      data-placing={hands.placing === null ? undefined : ''}
      onKeyDown={(event) => {
        if (event.key === 'Escape' && hands.placing !== null) hands.cancel();
      }}
    >
      <div className="studio-picture" data-gone={noPicture ? '' : undefined}>
        <canvas ref={canvas} tabIndex={0} role="application" aria-label={t('canvas')} aria-describedby="studio-keys" />
        <div ref={overlay} className="studio-overlay" />
        {hands.placing !== null && <div className="studio-cross" aria-hidden="true" />}
        {shown === 'loading' && !noPicture && <Loader className="studio-loader" aria-label={t('loadingPlace')} role="status" />}
      </div>
      {error !== null && <ProblemAlert error={error} />}
      {shown === 'no-webgl' && (
        <Alert color="yellow" title={t('noWebGl')}>
          {t('noWebGlText')}
        </Alert>
      )}
      {(shown === 'unreachable' || shown === 'refused' || shown === 'graphics-lost') && (
        <Alert color="yellow" role="alert">
          <Group>
            <Text size="sm">
              {t(shown === 'graphics-lost' ? 'graphicsLost' : shown === 'refused' ? 'placeGone' : 'tilesLate')}
            </Text>
            {shown === 'unreachable' && (
              <Button
                size="compact-sm"
                variant="default"
                onClick={() => {
                  setShown('ready');
                  stage?.retry();
                }}
              >
                {t('again')}
              </Button>
            )}
          </Group>
        </Alert>
      )}
      <PlacingBar />
      {!noPicture && (
        <>
          <Group gap="xs">
            <Button size="compact-sm" variant="default" disabled={stage === null} onClick={() => stage?.setMode('walk')}>
              {t('walk')}
            </Button>
            <Button size="compact-sm" variant="default" disabled={stage === null} onClick={() => stage?.setMode('orbit')}>
              {t('orbit')}
            </Button>
            <Button size="compact-sm" variant="default" disabled={stage === null} onClick={() => stage?.reset()}>
              {t('toStart')}
            </Button>
          </Group>
          <Text size="xs" c="dimmed" id="studio-keys">
            {t('keys')}
          </Text>
        </>
      )}
    </section>
  );
}

function markersOf(elements: readonly SceneElement[], words: StudioTranslation): Marker[] {
  const all = elements.map(({ element }) => element);
  return elements.flatMap(({ element }): Marker[] => {
    const at: Point | null = MARKED.has(element.kind) ? placeOf(element, all) : null;
    if (at === null) return [];
    const colour = element.kind === 'hotspot' ? element.colour : (COLOURS[element.kind] ?? '#2563eb');
    return [{ id: element.id, at, kind: element.kind, label: nameOf(element, elements, words), colour, hidden: element.hidden }];
  });
}

function backgroundOf(dark: boolean): string {
  return dark ? '#141517' : '#e9ecef';
}

function hasWebGl(): boolean {
  try {
    const context = document.createElement('canvas').getContext('webgl2');
    context?.getExtension('WEBGL_lose_context')?.loseContext();
    return context !== null;
  } catch {
    return false;
  }
}

/** Loads what draws, once it is known where the place is, and lets it go with the page. */
function useStage(needed: {
  view: MapView | undefined;
  start: View | null;
  dark: boolean;
  root: RefObject<HTMLDivElement | null>;
  canvas: RefObject<HTMLCanvasElement | null>;
  overlay: RefObject<HTMLDivElement | null>;
  onStage: (stage: Stage | null) => void;
  onShown: Dispatch<SetStateAction<Shown>>;
}): void {
  const api = useApi();
  const { view, onStage, onShown } = needed;
  const { hands, select } = useStudio();
  // What is asked for at a click is what the page shows then, not what it showed when the picture was made.
  const latest = useRef({ hands, select, needed });
  useEffect(() => {
    latest.current = { hands, select, needed };
  });
  useEffect(() => {
    if (view === undefined) return;
    if (!hasWebGl()) return onShown('no-webgl');
    let made: Stage | null = null;
    let left = false;
    const open = async (): Promise<void> => {
      const { Stage } = await import('./stage');
      const { root, canvas, overlay, start, dark } = latest.current.needed;
      if (left || root.current === null || canvas.current === null || overlay.current === null) return;
      made = new Stage({
        ...{ root: root.current, canvas: canvas.current, overlay: overlay.current, view },
        ...{ start: start ?? view.start, background: backgroundOf(dark) },
        renew: () => lookAt(api, view.versionId),
        onStatus: ({ phase, pointsShown, settled }) => {
          if (phase === 'ready') onShown((known) => (known === 'loading' ? 'ready' : known));
          Object.assign(canvas.current?.dataset ?? {}, { points: String(pointsShown), settled: String(settled), state: phase });
        },
        onProblem: onShown,
        onPoint: (placed) => latest.current.hands.take(placed && { point: [...placed.point], normal: [...placed.normal] }),
        onSelect: (id) => latest.current.select(id),
      });
      onStage(made);
    };
    open().catch((error: unknown) => {
      onShown(error instanceof Error && error.name === 'NoWebGl' ? 'no-webgl' : 'graphics-lost');
    });
    return () => {
      left = true;
      made?.dispose();
      onStage(null);
    };
  }, [view, api, onStage, onShown]);
}
