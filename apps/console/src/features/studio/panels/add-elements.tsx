import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useState, type JSX } from 'react';
import { LEAST, MEASURES, MEASURE_ASKS, MOST } from '../forms/measure-forms';
import { PAIRS_MIN, PlanChoice, PlanPairs } from '../forms/plan-form';
import { nextOrder, ofKind } from '../model/arrange';
import {
  boxOf,
  newAnchor,
  newCalibration,
  newHotspot,
  newMeasurement,
  newPlan,
  newRedaction,
  newRoutePath,
  newRoutePoint,
  newStop,
  newTour,
  prismOf,
  type Measured,
  type Pair,
  type Placed,
} from '../model/make';
import type { Element, Kind, Localised, Point } from '../model/types';
import { useEdit, useStudio } from '../studio-context';
import { useStudioWords } from '../studio-words';
import type { PlaceRequest } from '../use-placing';

const OUTLINE_MAX = 200;

/** A button for each kind of element. What has a place asks for it first. */
export function AddElements(): JSX.Element {
  const { t, language } = useStudioWords();
  const studio = useStudio();
  const { kept, stage, view, diagonal } = studio;
  const add = useAdd();
  const [planning, setPlanning] = useState(false);
  const order = (kind: Kind): number => nextOrder(kept.elements, kind);
  const called = (word: 'newHotspot' | 'newTour' | 'newAnchor', kind: Kind): Localised => {
    const title = t(word, { number: kept.elements.filter(({ element }) => element.kind === kind).length + 1 });
    return language.startsWith('ko') ? { ko: title } : { en: title };
  };
  const asking = useAsking();
  const measure = (of: Measured['of']): void =>
    asking({ what: MEASURE_ASKS[of], least: LEAST[of], most: MOST[of] }, (placed) =>
      add(newMeasurement(order('measurement'), of, pointsOf(placed))),
    );
  const points = ofKind(kept.elements, 'route-point');
  const [from, to] = points.slice(-2);
  const hasScale = ofKind(kept.elements, 'calibration').length > 0;
  const start = stage?.viewNow() ?? view?.start;
  const firstHotspots = ofKind(kept.elements, 'hotspot').map(({ id }) => newStop({ hotspotId: id }));
  return (
    <section aria-label={t('add')}>
      <Group gap={6}>
        <Add
          word="kindHotspot"
          onAdd={() =>
            asking({ what: 'placeHotspot', least: 1, most: 1 }, ([placed]) => {
              if (placed !== undefined) add(newHotspot(order('hotspot'), called('newHotspot', 'hotspot'), placed));
            })
          }
        />
        <Add
          word="kindTour"
          disabled={start === undefined && firstHotspots.length === 0}
          onAdd={() =>
            add(
              newTour(
                order('tour'),
                called('newTour', 'tour'),
                firstHotspots.length > 0 ? firstHotspots : start === undefined ? [] : [newStop({ view: start })],
              ),
            )
          }
        />
        {(['distance', 'area', 'height'] as const).map((of) => (
          <Add key={of} word={MEASURES[of]} onAdd={() => measure(of)} />
        ))}
        <Add
          word="kindCalibration"
          disabled={hasScale}
          onAdd={() =>
            asking({ what: 'placeCalibration', least: 2, most: 2 }, ([a, b]) => {
              if (a === undefined || b === undefined) return;
              add(newCalibration(order('calibration'), [a.point, b.point], distance(a.point, b.point)));
            })
          }
        />
        <Add word="kindPlan" onAdd={() => setPlanning(true)} />
        <Add
          word="kindAnchor"
          onAdd={() =>
            asking({ what: 'placeAnchor', least: 1, most: 1 }, ([placed]) => {
              if (placed !== undefined) add(newAnchor(order('ar-anchor'), called('newAnchor', 'ar-anchor'), placed.point));
            })
          }
        />
        <Add
          word="kindRoutePoint"
          onAdd={() =>
            asking({ what: 'placeRoutePoint', least: 1, most: 1 }, ([placed]) => {
              if (placed !== undefined) add(newRoutePoint(order('route-point'), placed.point));
            })
          }
        />
        <Add
          word="kindRoutePath"
          disabled={from === undefined || to === undefined}
          onAdd={() => from !== undefined && to !== undefined && add(newRoutePath(order('route-path'), from.id, to.id))}
        />
        <Add
          word="redactionBox"
          onAdd={() =>
            asking({ what: 'placeBox', least: 2, most: 2 }, ([a, b]) => {
              if (a !== undefined && b !== undefined) add(newRedaction(order('redaction'), boxOf(a.point, b.point, diagonal)));
            })
          }
        />
        <Add
          word="redactionPrism"
          onAdd={() =>
            asking({ what: 'placeOutline', least: 3, most: OUTLINE_MAX }, (placed) =>
              add(newRedaction(order('redaction'), prismOf(pointsOf(placed), diagonal))),
            )
          }
        />
      </Group>
      {points.length < 2 && (
        <Text size="xs" c="dimmed" mt={4}>
          {t('routePathNeeds')}
        </Text>
      )}
      {planning && (
        <NewPlan
          onClose={() => setPlanning(false)}
          onMake={(mediaId, pairs) => {
            setPlanning(false);
            add({ ...newPlan(order('plan-alignment'), pairs), mediaId });
          }}
        />
      )}
    </section>
  );
}

type AddWord =
  | 'kindHotspot'
  | 'kindTour'
  | 'kindCalibration'
  | 'kindPlan'
  | 'kindAnchor'
  | 'kindRoutePoint'
  | 'kindRoutePath'
  | 'redactionBox'
  | 'redactionPrism'
  | (typeof MEASURES)[Measured['of']];

function Add({ word, disabled = false, onAdd }: { word: AddWord; disabled?: boolean; onAdd: () => void }): JSX.Element {
  const { t } = useStudioWords();
  return (
    <Button size="compact-sm" variant="default" disabled={disabled} onClick={onAdd} aria-label={t('addOf', { what: t(word) })}>
      + {t(word)}
    </Button>
  );
}

function useAdd(): (element: Element) => void {
  const edit = useEdit();
  const { select } = useStudio();
  return (element) => {
    edit({ op: 'put', element });
    select(element.id);
  };
}

/** Where the place cannot be seen there is nothing to point at: coordinates are begun with, and changed in the form. */
function useAsking(): (asked: Omit<PlaceRequest, 'onDone'>, onDone: PlaceRequest['onDone']) => void {
  const { hands, stage, view, diagonal } = useStudio();
  return (asked, onDone) => {
    if (stage !== null) return hands.begin({ ...asked, onDone });
    const [x, y, z] = view?.start.target ?? [0, 0, 0];
    // Apart from one another and not in one line, so that each of them is something.
    const beside = (i: number): Point => [
      x + (i % 2) * diagonal * 0.05,
      y + Math.floor(i / 2) * diagonal * 0.05,
      z + (i % 2) * diagonal * 0.01,
    ];
    onDone(Array.from({ length: asked.least }, (_, i) => ({ point: beside(i), normal: [0, 0, 1] as Point })));
  };
}

/** Two pairs are asked for before there is an alignment. */
function NewPlan({
  onClose,
  onMake,
}: {
  onClose: () => void;
  onMake: (mediaId: string | null, pairs: Pair[]) => void;
}): JSX.Element {
  const { t } = useStudioWords();
  const { hands } = useStudio();
  const [mediaId, setMediaId] = useState<string | null>(null);
  const [pairs, setPairs] = useState<Pair[]>([]);
  return (
    // Out of the way while somebody points at the picture that it hides.
    <Modal
      opened={hands.placing === null}
      onClose={onClose}
      size="lg"
      title={t('kindPlan')}
      closeButtonProps={{ 'aria-label': t('close') }}
      closeOnClickOutside={false}
      returnFocus={false}
      transitionProps={{ duration: 0 }}
    >
      <Stack>
        <PlanChoice mediaId={mediaId} onChange={setMediaId} />
        <PlanPairs mediaId={mediaId} pairs={pairs} least={0} onChange={setPairs} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('cancel')}
          </Button>
          <Button disabled={pairs.length < PAIRS_MIN} onClick={() => onMake(mediaId, pairs)}>
            {t('planMake')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

function pointsOf(placed: readonly Placed[]): Point[] {
  return placed.map(({ point }) => point);
}

function distance(a: Point, b: Point): number {
  return Math.max(0.001, Math.round(Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]) * 1_000) / 1_000);
}
