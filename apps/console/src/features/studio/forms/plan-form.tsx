import { Alert, Button, Fieldset, Group, Stack, Text } from '@mantine/core';
import { useState, type JSX, type MouseEvent } from 'react';
import type { Pair } from '../model/make';
import type { Derived, ElementOf } from '../model/types';
import { usePlanUrl } from '../queries';
import { useStudio } from '../studio-context';
import { useStudioWords } from '../studio-words';
import { FieldError, LocalisedFields, NumberField, PointField } from './fields';
import type { FormProps } from './form-props';
import { MediaChoice } from './media-choice';
import { WorkedOut } from './measure-forms';

export const PAIRS_MIN = 2;
const PAIRS_MAX = 50;

export function PlanForm({
  element,
  onChange,
  problems,
  derived,
}: FormProps<'plan-alignment'> & { derived: Derived | null }): JSX.Element {
  const { t } = useStudioWords();
  const set = (change: Partial<ElementOf<'plan-alignment'>>): void => onChange({ ...element, ...change });
  return (
    <Stack gap="sm">
      <WorkedOut derived={derived} none={t('workedOutLater')} />
      <LocalisedFields
        label={t('titleOptional')}
        value={element.title}
        onChange={(title) => set({ title })}
        {...{ pointer: '/title', problems }}
      />
      <PlanChoice mediaId={element.mediaId} onChange={(mediaId) => set({ mediaId })} error={problems.below('/mediaId')} />
      <PlanPairs mediaId={element.mediaId} pairs={element.pairs} least={PAIRS_MIN} onChange={(pairs) => set({ pairs })} />
      {problems.below('/pairs') !== undefined && <FieldError>{problems.below('/pairs')}</FieldError>}
      <NumberField
        label={t('planFloor')}
        value={element.floor}
        onChange={(floor) => set({ floor })}
        error={problems.at('/floor')}
      />
    </Stack>
  );
}

export function PlanChoice({
  mediaId,
  onChange,
  error,
}: {
  mediaId: string | null;
  onChange: (mediaId: string | null) => void;
  error?: string | undefined;
}): JSX.Element {
  const { t } = useStudioWords();
  return (
    <MediaChoice
      label={t('planDrawing')}
      kinds={['image']}
      value={mediaId}
      none={t('planOwn')}
      onChange={onChange}
      error={error}
    />
  );
}

/** A place on the drawing and the same place in the picture, one pair after the other. */
export function PlanPairs({
  mediaId,
  pairs,
  least,
  onChange,
}: {
  mediaId: string | null;
  pairs: readonly Pair[];
  /** Fewer pairs than these are none. */
  least: number;
  onChange: (pairs: Pair[]) => void;
}): JSX.Element {
  const { t } = useStudioWords();
  const { hands, stage, view, media, writes, kept } = useStudio();
  const ownUrl = usePlanUrl(kept.scene.versionId);
  const url = mediaId === null ? ownUrl : (media.find(({ id }) => id === mediaId)?.url ?? null);
  const begin = (plan: [number, number]): void =>
    hands.begin({
      ...{ what: 'placePlan', least: 1, most: 1 },
      onDone: ([placed]) => placed !== undefined && onChange([...pairs, { plan, map: placed.point }]),
    });
  const full = pairs.length >= PAIRS_MAX;
  const replace = (at: number, pair: Pair): void => onChange(pairs.map((known, i) => (i === at ? pair : known)));
  return (
    <Stack gap="xs">
      {url === null ? (
        <Alert color="yellow">{t('planMissing')}</Alert>
      ) : (
        <PlanPicture url={url} pairs={pairs} onPick={writes && stage !== null && !full ? begin : null} />
      )}
      {writes && (
        <Text size="xs" c="dimmed">
          {t('planHow')}
        </Text>
      )}
      {pairs.map((pair, i) => (
        <Fieldset key={i} legend={t('pairNumber', { number: i + 1 })} p="xs">
          <div className="studio-two">
            {(['u', 'v'] as const).map((axis, k) => (
              <NumberField
                key={axis}
                label={t(axis === 'u' ? 'planU' : 'planV')}
                ariaLabel={`${t(axis === 'u' ? 'planU' : 'planV')}: ${t('pairNumber', { number: i + 1 })}`}
                value={pair.plan[k] ?? 0}
                onChange={(number) => replace(i, { ...pair, plan: k === 0 ? [number, pair.plan[1]] : [pair.plan[0], number] })}
              />
            ))}
          </div>
          <PointField
            label={t('pairPlace', { number: i + 1 })}
            value={pair.map}
            onChange={(map) => replace(i, { ...pair, map })}
          />
          {writes && pairs.length > least && (
            <Button
              mt={4}
              size="compact-xs"
              variant="default"
              onClick={() => onChange(pairs.filter((_, k) => k !== i))}
              aria-label={t('removeOf', { of: t('pairNumber', { number: i + 1 }) })}
            >
              {t('takeOut')}
            </Button>
          )}
        </Fieldset>
      ))}
      {writes && !full && (
        <Group>
          <Button
            size="compact-xs"
            variant="default"
            onClick={() => onChange([...pairs, { plan: [0, 0], map: view?.start.target ?? [0, 0, 0] }])}
          >
            {t('pairAdd')}
          </Button>
        </Group>
      )}
    </Stack>
  );
}

function PlanPicture({
  url,
  pairs,
  onPick,
}: {
  url: string;
  pairs: readonly Pair[];
  onPick: ((plan: [number, number]) => void) | null;
}): JSX.Element {
  const { t } = useStudioWords();
  const [size, setSize] = useState<{ width: number; height: number } | null>(null);
  const pick = ({ nativeEvent: { offsetX, offsetY }, currentTarget }: MouseEvent<HTMLImageElement>): void => {
    const { clientWidth, clientHeight, naturalWidth, naturalHeight } = currentTarget;
    onPick?.([Math.round((offsetX / clientWidth) * naturalWidth), Math.round((offsetY / clientHeight) * naturalHeight)]);
  };
  return (
    <div className="studio-plan">
      <img
        src={url}
        alt={t('planAlt')}
        data-pick={onPick === null ? undefined : ''}
        onLoad={({ currentTarget: { naturalWidth: width, naturalHeight: height } }) => setSize({ width, height })}
        onClick={pick}
      />
      {size !== null &&
        pairs.map(({ plan: [u, v] }, i) => (
          <span key={i} style={{ left: `${(100 * u) / size.width}%`, top: `${(100 * v) / size.height}%` }} aria-hidden="true">
            {i + 1}
          </span>
        ))}
    </div>
  );
}
