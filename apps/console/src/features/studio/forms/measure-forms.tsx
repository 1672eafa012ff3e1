import { Button, Fieldset, Group, NativeSelect, Stack, Text } from '@mantine/core';
import type { JSX } from 'react';
import type { Measured } from '../model/make';
import { workedOut } from '../model/naming';
import type { Derived, ElementOf, Point } from '../model/types';
import { useStudio } from '../studio-context';
import { useStudioWords } from '../studio-words';
import { FieldError, LocalisedFields, NumberField, PointField } from './fields';
import type { FormProps } from './form-props';

export const MEASURES = { distance: 'measureDistance', area: 'measureArea', height: 'measureHeight' } as const;
export const LEAST: Record<Measured['of'], number> = { distance: 2, area: 3, height: 2 };
const POINTS_MAX = 200;
export const MOST: Record<Measured['of'], number> = { distance: POINTS_MAX, area: POINTS_MAX, height: 2 };
export const MEASURE_ASKS = { distance: 'placeDistance', area: 'placeArea', height: 'placeHeight' } as const;

export function WorkedOut({ derived, none }: { derived: Derived | null; none: string }): JSX.Element {
  const words = useStudioWords();
  return (
    <Text fw={600} aria-live="polite">
      {derived === null ? none : workedOut(derived, words)}
    </Text>
  );
}

export function MeasurementForm({
  element,
  onChange,
  problems,
  derived,
}: FormProps<'measurement'> & { derived: Derived | null }): JSX.Element {
  const { t } = useStudioWords();
  const { hands, stage, writes } = useStudio();
  const { measured } = element;
  const set = (next: Measured): void => onChange({ ...element, measured: next });
  const again = (): void =>
    hands.begin({
      ...{ what: MEASURE_ASKS[measured.of], least: LEAST[measured.of], most: MOST[measured.of] },
      onDone: (placed) => set({ ...measured, points: placed.map(({ point }) => point) }),
    });
  return (
    <Stack gap="sm">
      <WorkedOut derived={derived} none={t('workedOutLater')} />
      <Text size="xs" c="dimmed">
        {t('uncertainty')}
      </Text>
      <LocalisedFields
        label={t('titleOptional')}
        value={element.title}
        onChange={(title) => onChange({ ...element, title })}
        {...{ pointer: '/title', problems }}
      />
      <NativeSelect
        label={t('measureOf')}
        value={measured.of}
        disabled={!writes}
        onChange={({ currentTarget: { value } }) => set(as(value, measured))}
        data={Object.entries(MEASURES).map(([value, word]) => ({
          value,
          label: t(word),
          disabled: !fits(value, measured.points.length),
        }))}
        error={problems.below('/measured')}
      />
      <PointList
        points={measured.points}
        least={LEAST[measured.of]}
        most={MOST[measured.of]}
        onChange={(points) => set({ ...measured, points })}
      />
      {writes && (
        <Group>
          <Button size="compact-sm" variant="default" disabled={stage === null} onClick={again}>
            {t('measureAgain')}
          </Button>
        </Group>
      )}
    </Stack>
  );
}

function fits(of: string, count: number): boolean {
  return of === 'height' ? count === 2 : of === 'area' ? count >= LEAST.area : count >= LEAST.distance;
}

function as(of: string, { points }: Measured): Measured {
  return { of: of === 'area' ? 'area' : of === 'height' ? 'height' : 'distance', points };
}

/** Points by their coordinates; one more, and one less, as far as that goes. */
export function PointList({
  points,
  least,
  most,
  onChange,
}: {
  points: readonly Point[];
  least: number;
  most: number;
  onChange: (points: Point[]) => void;
}): JSX.Element {
  const { t } = useStudioWords();
  const { writes } = useStudio();
  const last = points.at(-1);
  return (
    <details open={points.length <= 4}>
      <summary>{t('points', { count: points.length })}</summary>
      <Stack gap="xs">
        {points.map((point, i) => (
          <PointField
            key={i}
            label={t('pointNumber', { number: i + 1 })}
            value={point}
            onChange={(next) => onChange(points.map((known, k) => (k === i ? next : known)))}
          />
        ))}
        {writes && (
          <Group gap="xs">
            {points.length < most && last !== undefined && (
              <Button size="compact-xs" variant="default" onClick={() => onChange([...points, last])}>
                {t('pointAdd')}
              </Button>
            )}
            {points.length > least && (
              <Button size="compact-xs" variant="default" onClick={() => onChange(points.slice(0, -1))}>
                {t('pointDrop')}
              </Button>
            )}
          </Group>
        )}
      </Stack>
    </details>
  );
}

export function CalibrationForm({
  element,
  onChange,
  problems,
  derived,
}: FormProps<'calibration'> & { derived: Derived | null }): JSX.Element {
  const { t } = useStudioWords();
  const set = (change: Partial<ElementOf<'calibration'>>): void => onChange({ ...element, ...change });
  const [a, b] = element.points;
  return (
    <Stack gap="sm">
      <Text size="sm">{t('calibrationHint')}</Text>
      <WorkedOut derived={derived} none={t('workedOutLater')} />
      <NumberField
        label={t('lengthM')}
        value={element.lengthM}
        onChange={(lengthM) => set({ lengthM })}
        error={problems.at('/lengthM')}
      />
      <NumberField
        label={t('lengthErrorM')}
        value={element.lengthErrorM}
        onChange={(lengthErrorM) => set({ lengthErrorM })}
        error={problems.at('/lengthErrorM')}
      />
      <Fieldset legend={t('points', { count: 2 })} p="xs">
        <PointField label={t('pointNumber', { number: 1 })} value={a} onChange={(next) => set({ points: [next, b] })} />
        <PointField label={t('pointNumber', { number: 2 })} value={b} onChange={(next) => set({ points: [a, next] })} />
        {problems.below('/points') !== undefined && <FieldError>{problems.below('/points')}</FieldError>}
      </Fieldset>
    </Stack>
  );
}
