import { Button, Checkbox, Fieldset, Group, NativeSelect, Stack, Text } from '@mantine/core';
import { useState, type DragEvent, type JSX } from 'react';
import { ProblemAlert } from '../../../app/feedback';
import { moveItem, ofKind } from '../model/arrange';
import { newStop, type Stop } from '../model/make';
import { nameOf } from '../model/naming';
import type { Element, ElementOf } from '../model/types';
import { body, exactly, useApi } from '../queries';
import { useStudio } from '../studio-context';
import { useStudioWords } from '../studio-words';
import { FieldError, LocalisedFields, NumberField, ViewField } from './fields';
import type { FormProps } from './form-props';
import { Rows } from './hotspot-lists';
import { MediaChoice } from './media-choice';
import type { Problems } from './problems';

type Tour = ElementOf<'tour'>;
const DRAFT_STOPS = 8;

export function TourForm({ element, onChange, problems }: FormProps<'tour'>): JSX.Element {
  const { t } = useStudioWords();
  const { writes } = useStudio();
  const set = (change: Partial<Tour>): void => onChange({ ...element, ...change });
  return (
    <Stack gap="sm">
      <LocalisedFields
        label={t('titleLabel')}
        value={element.title}
        onChange={(title) => set({ title: title ?? {} })}
        {...{ pointer: '/title', problems }}
      />
      <NumberField
        label={t('travelS')}
        value={element.travelS}
        onChange={(travelS) => set({ travelS })}
        error={problems.at('/travelS')}
      />
      <Checkbox
        label={t('repeats')}
        checked={element.repeats}
        disabled={!writes}
        onChange={({ currentTarget: { checked } }) => set({ repeats: checked })}
      />
      <Stops stops={element.stops} onChange={(stops) => set({ stops })} problems={problems} />
      {writes && <Additions stops={element.stops} onChange={(stops) => set({ stops })} />}
    </Stack>
  );
}

/** In their order: by dragging, and by buttons. */
function Stops({
  stops,
  onChange,
  problems,
}: {
  stops: readonly Stop[];
  onChange: (stops: Stop[]) => void;
  problems: Problems;
}): JSX.Element {
  const { t } = useStudioWords();
  const { writes } = useStudio();
  const [dragged, setDragged] = useState<number | null>(null);
  const drop = (event: DragEvent, at: number): void => {
    event.preventDefault();
    if (dragged !== null && dragged !== at) onChange(moveItem(stops, dragged, at));
    setDragged(null);
  };
  return (
    <div>
      <Text size="sm" fw={500}>
        {t('stops')}
      </Text>
      {problems.at('/stops') !== undefined && <FieldError>{problems.at('/stops')}</FieldError>}
      <ol className="plain-list" aria-label={t('stops')}>
        {stops.map((stop, i) => (
          <li
            // A stop is nothing but its place in the list and what it says.
            key={`${stop.hotspotId ?? 'view'} ${i}`}
            className="studio-stop"
            data-over={dragged !== null && dragged !== i ? '' : undefined}
            onDragOver={(event) => dragged !== null && event.preventDefault()}
            onDrop={(event) => drop(event, i)}
          >
            <Group gap="xs" wrap="nowrap">
              {writes && (
                <span
                  className="studio-grip"
                  draggable
                  title={t('dragStop')}
                  aria-hidden="true"
                  onDragStart={() => setDragged(i)}
                  onDragEnd={() => setDragged(null)}
                >
                  ⠿
                </span>
              )}
              <Text size="sm" fw={600}>
                {t('stopNumber', { number: i + 1 })}
              </Text>
            </Group>
            <StopFields
              {...{ stop, problems, pointer: `/stops/${i}`, name: t('stopNumber', { number: i + 1 }) }}
              onChange={(next) => onChange(stops.map((known, k) => (k === i ? next : known)))}
            />
            {writes && (
              <Rows
                of={t('stopNumber', { number: i + 1 })}
                at={i}
                count={stops.length}
                onMove={(to) => onChange(moveItem(stops, i, to))}
                onRemove={() => onChange(stops.filter((_, k) => k !== i))}
              />
            )}
          </li>
        ))}
      </ol>
    </div>
  );
}

function StopFields({
  stop,
  onChange,
  pointer,
  problems,
  name,
}: {
  stop: Stop;
  onChange: (stop: Stop) => void;
  pointer: string;
  problems: Problems;
  name: string;
}): JSX.Element {
  const words = useStudioWords();
  const { t } = words;
  const { kept, writes } = useStudio();
  const hotspots = ofKind(kept.elements, 'hotspot');
  const set = (change: Partial<Stop>): void => onChange({ ...stop, ...change });
  return (
    <Stack gap={4}>
      <NativeSelect
        size="xs"
        label={t('stopAt')}
        aria-label={`${t('stopAt')}: ${name}`}
        value={stop.hotspotId ?? ''}
        disabled={!writes}
        onChange={({ currentTarget: { value } }) => set({ hotspotId: value === '' ? null : value })}
        data={[
          { value: '', label: t('stopFree') },
          ...hotspots.map((one) => ({ value: one.id, label: nameOf(one, kept.elements, words) })),
        ]}
        error={problems.at(pointer) ?? problems.below(`${pointer}/hotspotId`)}
      />
      <ViewField
        label={`${t('stopView')} ${name}`}
        value={stop.view}
        onChange={(view) => set({ view })}
        error={problems.below(`${pointer}/view`)}
      />
      <NumberField
        label={t('dwellS')}
        ariaLabel={`${t('dwellS')}: ${name}`}
        value={stop.dwellS}
        onChange={(dwellS) => set({ dwellS })}
        error={problems.at(`${pointer}/dwellS`)}
      />
      <details>
        <summary>{t('narration')}</summary>
        <LocalisedFields
          label={t('narration')}
          value={stop.narration}
          onChange={(narration) => set({ narration })}
          rows={3}
          {...{ pointer: `${pointer}/narration`, problems }}
        />
        <MediaChoice
          label={t('narrationAudio')}
          kinds={['audio']}
          value={stop.audioMediaId}
          none={t('narrationNoAudio')}
          onChange={(audioMediaId) => set({ audioMediaId })}
          error={problems.below(`${pointer}/audioMediaId`)}
        />
      </details>
    </Stack>
  );
}

function Additions({ stops, onChange }: { stops: readonly Stop[]; onChange: (stops: Stop[]) => void }): JSX.Element {
  const words = useStudioWords();
  const { t } = words;
  const { kept, stage } = useStudio();
  const hotspots = ofKind(kept.elements, 'hotspot');
  const draft = useDraftTour(onChange);
  return (
    <Fieldset legend={t('stopAdd')} p="xs">
      <Stack gap="xs">
        {hotspots.length > 0 && (
          <NativeSelect
            label={t('stopOfHotspot')}
            value=""
            onChange={({ currentTarget: { value } }) => value !== '' && onChange([...stops, newStop({ hotspotId: value })])}
            data={[
              { value: '', label: t('stopChoose') },
              ...hotspots.map((one) => ({ value: one.id, label: nameOf(one, kept.elements, words) })),
            ]}
          />
        )}
        <Group gap="xs">
          <Button
            size="compact-sm"
            variant="default"
            disabled={stage === null}
            onClick={() => stage !== null && onChange([...stops, newStop({ view: stage.viewNow() })])}
          >
            {t('stopHere')}
          </Button>
          <Button size="compact-sm" variant="default" loading={draft.busy} onClick={draft.run}>
            {t('tourDraft')}
          </Button>
        </Group>
        <ProblemAlert error={draft.error} />
      </Stack>
    </Fieldset>
  );
}

/** Stops along the way of whoever took the pictures, instead of those that are there. */
function useDraftTour(onStops: (stops: Stop[]) => void): { busy: boolean; error: unknown; run: () => void } {
  const api = useApi();
  const { kept } = useStudio();
  const [state, setState] = useState<{ busy: boolean; error: unknown }>({ busy: false, error: null });
  const run = async (): Promise<void> => {
    setState({ busy: true, error: null });
    try {
      const params = { path: { sceneId: kept.scene.id } };
      const drafted = exactly<Element>(
        body(await api.POST('/v1/scenes/{sceneId}/draft-tour', { params, body: { stops: DRAFT_STOPS } })),
      );
      if (drafted.kind === 'tour') onStops(drafted.stops);
      setState({ busy: false, error: null });
    } catch (error) {
      setState({ busy: false, error });
    }
  };
  return { ...state, run: () => void run() };
}
