import { Button, Fieldset, Group, Stack, Text, TextInput, Textarea } from '@mantine/core';
import type { JSX, ReactNode } from 'react';
import type { Localised, Point, View } from '../model/types';
import { useStudio } from '../studio-context';
import { useStudioWords } from '../studio-words';
import type { Problems } from './problems';
import { numberOf, textOf, useTyped } from './typed';

export const LANGUAGES = ['ko', 'en'] as const;
export type ContentLanguage = (typeof LANGUAGES)[number];
export const LANGUAGE_WORDS = { ko: 'inKorean', en: 'inEnglish' } as const;

/** An empty language is left out; of nothing at all, `none` is left. */
export function withText<None>(known: Localised | null, language: ContentLanguage, text: string, none: None): Localised | None {
  const { [language]: _, ...others } = known ?? {};
  const next = text === '' ? others : { ...others, [language]: text };
  return Object.keys(next).length === 0 ? none : next;
}

interface LocalisedProps {
  label: string;
  value: Localised | null;
  /** Null where nothing is said in either language. */
  onChange: (value: Localised | null) => void;
  pointer: string;
  problems: Problems;
  rows?: number;
}

/** The same thing in Korean and in English. */
export function LocalisedFields({ label, value, onChange, pointer, problems, rows }: LocalisedProps): JSX.Element {
  return (
    <>
      {LANGUAGES.map((language) => (
        <LocalisedField
          key={language}
          {...{ label, language, rows }}
          text={value?.[language] ?? ''}
          onChange={(text) => onChange(withText(value, language, text, null))}
          error={problems.at(`${pointer}/${language}`) ?? problems.at(pointer)}
        />
      ))}
    </>
  );
}

function LocalisedField({
  label,
  language,
  text,
  onChange,
  error,
  rows,
}: {
  label: string;
  language: ContentLanguage;
  text: string;
  onChange: (text: string) => void;
  error: string | undefined;
  rows: number | undefined;
}): JSX.Element {
  const { t } = useStudioWords();
  const { writes } = useStudio();
  const typed = useTyped(text, onChange);
  const shown = { ...typed, label: `${label} (${t(LANGUAGE_WORDS[language])})`, lang: language, error, disabled: !writes };
  return rows === undefined ? <TextInput {...shown} /> : <Textarea {...shown} rows={rows} />;
}

export function TextField({
  label,
  value,
  onChange,
  error,
  hint,
}: {
  label: string;
  value: string;
  onChange: (text: string) => void;
  error?: string | undefined;
  hint?: string;
}): JSX.Element {
  const { writes } = useStudio();
  const typed = useTyped(value, onChange);
  return <TextInput {...typed} label={label} description={hint} error={error} disabled={!writes} />;
}

/** What is no number is not taken, and said to be none; the number before stays. */
export function NumberField({
  label,
  value,
  onChange,
  error,
  hint,
  ariaLabel,
}: {
  label?: string;
  value: number | null;
  onChange: (value: number) => void;
  error?: string | undefined;
  hint?: string;
  ariaLabel?: string;
}): JSX.Element {
  return <NumberText {...{ label, value, error, hint, ariaLabel }} onText={(number) => number !== null && onChange(number)} />;
}

/** A number that may be left out: then nobody knows it. */
export function OptionalNumberField({
  onChange,
  ...rest
}: {
  label: string;
  value: number | null;
  onChange: (value: number | null) => void;
  error?: string | undefined;
  hint?: string;
}): JSX.Element {
  return <NumberText {...rest} emptiable onText={onChange} />;
}

function NumberText({
  label,
  ariaLabel,
  value,
  onText,
  error,
  hint,
  emptiable = false,
}: {
  label?: string | undefined;
  ariaLabel?: string | undefined;
  value: number | null;
  onText: (value: number | null) => void;
  error?: string | undefined;
  hint?: string | undefined;
  emptiable?: boolean;
}): JSX.Element {
  const { t } = useStudioWords();
  const { writes } = useStudio();
  const typed = useTyped(textOf(value), (text) => {
    const number = numberOf(text);
    if (number !== null || (emptiable && text.trim() === '')) onText(number);
  });
  const isWrong = numberOf(typed.value) === null && !(emptiable && typed.value.trim() === '');
  return (
    <TextInput
      {...typed}
      inputMode="decimal"
      label={label}
      aria-label={ariaLabel}
      description={hint}
      error={isWrong ? t('noNumber') : error}
      disabled={!writes}
    />
  );
}

const AXES = ['x', 'y', 'z'] as const;

/** A place in the map: by pointing at it, or by its coordinates. */
export function PointField({
  label,
  value,
  onChange,
  error,
  place = true,
}: {
  label: string;
  value: Point;
  onChange: (value: Point, normal?: Point) => void;
  error?: string | undefined;
  /** Whether it lies in the picture, and is not a direction. */
  place?: boolean;
}): JSX.Element {
  const { t } = useStudioWords();
  const { hands, stage, writes } = useStudio();
  const point = (): void =>
    hands.begin({
      ...{ what: 'placeOne', least: 1, most: 1 },
      onDone: ([placed]) => placed !== undefined && onChange(placed.point, placed.normal),
    });
  return (
    <Fieldset legend={label} p="xs">
      <div className="studio-three">
        {AXES.map((axis, i) => (
          <NumberField
            key={axis}
            label={axis}
            ariaLabel={`${label} ${axis}`}
            value={value[i] ?? 0}
            onChange={(number) => onChange(replaced(value, i, number))}
          />
        ))}
      </div>
      {place && writes && (
        <Button
          mt="xs"
          size="compact-xs"
          variant="default"
          disabled={stage === null}
          onClick={point}
          aria-label={`${t('pointAtIt')}: ${label}`}
        >
          {t('pointAtIt')}
        </Button>
      )}
      {error !== undefined && <FieldError>{error}</FieldError>}
    </Fieldset>
  );
}

function replaced([x, y, z]: Point, at: number, number: number): Point {
  return [at === 0 ? number : x, at === 1 ? number : y, at === 2 ? number : z];
}

export function FieldError({ children }: { children: ReactNode }): JSX.Element {
  return (
    <Text size="xs" className="studio-error" role="alert">
      {children}
    </Text>
  );
}

/** From where, and at what, a visitor looks. */
export function ViewField({
  label,
  hint,
  value,
  onChange,
  error,
}: {
  label: string;
  hint?: string;
  value: View | null;
  /** Null where a viewer is to find a place itself. */
  onChange: (value: View | null) => void;
  error?: string | undefined;
}): JSX.Element {
  const { t } = useStudioWords();
  const { stage, writes } = useStudio();
  return (
    <Stack gap={4}>
      <Text size="sm" fw={500}>
        {label}
      </Text>
      {hint !== undefined && (
        <Text size="xs" c="dimmed">
          {hint}
        </Text>
      )}
      <Text size="xs" c="dimmed">
        {value === null ? t('viewNone') : t('viewFrom', { place: value.position.map((one) => one.toFixed(2)).join(', ') })}
      </Text>
      <Group gap="xs">
        {writes && (
          <Button
            size="compact-xs"
            variant="default"
            disabled={stage === null}
            onClick={() => stage !== null && onChange(stage.viewNow())}
            aria-label={`${t('viewTake')}: ${label}`}
          >
            {t('viewTake')}
          </Button>
        )}
        {value !== null && (
          <Button
            size="compact-xs"
            variant="default"
            disabled={stage === null}
            onClick={() => stage?.goTo(value)}
            aria-label={`${t('viewGo')}: ${label}`}
          >
            {t('viewGo')}
          </Button>
        )}
        {value !== null && writes && (
          <Button size="compact-xs" variant="default" onClick={() => onChange(null)} aria-label={`${t('viewDrop')}: ${label}`}>
            {t('viewDrop')}
          </Button>
        )}
      </Group>
      {error !== undefined && <FieldError>{error}</FieldError>}
    </Stack>
  );
}
