import { Checkbox, Fieldset, Stack, TextInput } from '@mantine/core';
import type { JSX } from 'react';
import { WEEKDAYS, intervalsOf, textOfIntervals, type Hours, type Interval, type Weekday } from '../model/hours';
import { useStudio } from '../studio-context';
import { useStudioWords } from '../studio-words';
import { FieldError, TextField } from './fields';
import type { Problems } from './problems';
import { useTyped } from './typed';

/** When something is open. Each day is a line of times; days that differ are lines of a date and its times. */
export function HoursFields({
  value,
  onChange,
  problems,
}: {
  value: Hours | null;
  onChange: (hours: Hours | null) => void;
  problems: Problems;
}): JSX.Element {
  const { t } = useStudioWords();
  const { writes } = useStudio();
  const first = (): Hours => ({ timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone, weekly: {}, exceptions: [] });
  return (
    <Fieldset legend={t('hours')} p="xs">
      <Stack gap="xs">
        <Checkbox
          label={t('hoursHas')}
          checked={value !== null}
          disabled={!writes}
          onChange={({ currentTarget: { checked } }) => onChange(checked ? first() : null)}
        />
        {value !== null && (
          <>
            <TextField
              label={t('timeZone')}
              value={value.timeZone}
              onChange={(timeZone) => onChange({ ...value, timeZone: timeZone.trim() })}
              error={problems.at('/hours/timeZone')}
            />
            {WEEKDAYS.map((day) => (
              <TimesField
                key={day}
                label={t(`day-${day}`)}
                value={value.weekly[day] ?? []}
                onChange={(open) => onChange({ ...value, weekly: withDay(value.weekly, day, open) })}
                error={problems.below(`/hours/weekly/${day}`)}
              />
            ))}
            <Exceptions value={value} onChange={onChange} />
            {problems.below('/hours/exceptions') !== undefined && <FieldError>{problems.below('/hours/exceptions')}</FieldError>}
          </>
        )}
      </Stack>
    </Fieldset>
  );
}

function withDay(weekly: Hours['weekly'], day: Weekday, open: Interval[]): Hours['weekly'] {
  const { [day]: _, ...others } = weekly;
  return open.length === 0 ? others : { ...others, [day]: open };
}

function TimesField({
  label,
  value,
  onChange,
  error,
}: {
  label: string;
  value: readonly Interval[];
  onChange: (open: Interval[]) => void;
  error: string | undefined;
}): JSX.Element {
  const { t } = useStudioWords();
  const { writes } = useStudio();
  const typed = useTyped(textOfIntervals(value), (text) => {
    const open = intervalsOf(text);
    if (open !== null) onChange(open);
  });
  const wrong = intervalsOf(typed.value) === null;
  return (
    <TextInput
      {...typed}
      size="xs"
      label={label}
      placeholder={t('hoursClosed')}
      error={wrong ? t('hoursWrong') : error}
      disabled={!writes}
    />
  );
}

/** `2026-12-25: ` for a closed day, `2026-12-24: 09:00–12:00` for a short one. */
function Exceptions({ value, onChange }: { value: Hours; onChange: (hours: Hours) => void }): JSX.Element {
  const { t } = useStudioWords();
  const { writes } = useStudio();
  const shown = value.exceptions.map(({ date, open }) => `${date}: ${textOfIntervals(open)}`).join('; ');
  const typed = useTyped(shown, (text) => {
    const found = exceptionsOf(text);
    if (found !== null) onChange({ ...value, exceptions: found });
  });
  const wrong = exceptionsOf(typed.value) === null;
  return (
    <TextInput
      {...typed}
      size="xs"
      label={t('hoursExceptions')}
      description={t('hoursExceptionsHint')}
      error={wrong ? t('hoursExceptionsWrong') : undefined}
      disabled={!writes}
    />
  );
}

function exceptionsOf(text: string): Hours['exceptions'] | null {
  const found = text.split(';').flatMap((part) => (part.trim() === '' ? [] : [exceptionOf(part.trim())]));
  return found.some((one) => one === null) ? null : found.flatMap((one) => one ?? []);
}

function exceptionOf(part: string): Hours['exceptions'][number] | null {
  const [, date = '', times = ''] = /^(\d{4}-\d{2}-\d{2})\s*:?(.*)$/.exec(part) ?? [];
  const open = intervalsOf(times);
  return date === '' || open === null ? null : { date, open };
}
