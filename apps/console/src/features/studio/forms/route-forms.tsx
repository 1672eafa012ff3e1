import { Alert, Checkbox, NativeSelect, Stack, Text } from '@mantine/core';
import type { JSX } from 'react';
import { ofKind } from '../model/arrange';
import { REASONS, WHEELCHAIR, nameOf } from '../model/naming';
import type { Derived, ElementOf } from '../model/types';
import { useStudio } from '../studio-context';
import { useStudioWords } from '../studio-words';
import { LocalisedFields, OptionalNumberField, PointField } from './fields';
import type { FormProps } from './form-props';
import { WorkedOut } from './measure-forms';

export function RoutePointForm({ element, onChange, problems }: FormProps<'route-point'>): JSX.Element {
  const { t } = useStudioWords();
  return (
    <Stack gap="sm">
      <LocalisedFields
        label={t('titleOptional')}
        value={element.title}
        onChange={(title) => onChange({ ...element, title })}
        {...{ pointer: '/title', problems }}
      />
      <PointField
        label={t('place')}
        value={element.position}
        onChange={(position) => onChange({ ...element, position })}
        error={problems.below('/position')}
      />
      <OptionalNumberField
        label={t('turningM')}
        hint={t('turningHint')}
        value={element.turningM}
        onChange={(turningM) => onChange({ ...element, turningM })}
        error={problems.at('/turningM')}
      />
    </Stack>
  );
}

const COLOURS = { yes: 'green', no: 'red', unsure: 'yellow' } as const;

export function RoutePathForm({
  element,
  onChange,
  problems,
  derived,
}: FormProps<'route-path'> & { derived: Derived | null }): JSX.Element {
  const words = useStudioWords();
  const { t } = words;
  const { kept, writes } = useStudio();
  const set = (change: Partial<ElementOf<'route-path'>>): void => onChange({ ...element, ...change });
  const points = ofKind(kept.elements, 'route-point').map((one) => ({ value: one.id, label: nameOf(one, kept.elements, words) }));
  return (
    <Stack gap="sm">
      {derived?.of === 'route-path' ? (
        <Alert color={COLOURS[derived.wheelchair]} variant="light" title={t(WHEELCHAIR[derived.wheelchair])}>
          <WorkedOut derived={derived} none="" />
          {derived.slope !== null && <Text size="sm">{t('slopeIs', { percent: (derived.slope * 100).toFixed(1) })}</Text>}
          {derived.reasons.length > 0 && (
            <ul className="studio-reasons">
              {derived.reasons.map((reason) => (
                <li key={reason}>{t(REASONS[reason])}</li>
              ))}
            </ul>
          )}
        </Alert>
      ) : (
        <Text c="dimmed">{t('workedOutLater')}</Text>
      )}
      {(['fromId', 'toId'] as const).map((end) => (
        <NativeSelect
          key={end}
          label={t(end === 'fromId' ? 'routeFrom' : 'routeTo')}
          value={element[end]}
          disabled={!writes}
          onChange={({ currentTarget: { value } }) => set({ [end]: value })}
          data={points}
          error={problems.below(`/${end}`) ?? (end === 'toId' ? problems.at('') : undefined)}
        />
      ))}
      <OptionalNumberField
        label={t('widthM')}
        hint={t('widthHint')}
        value={element.widthM}
        onChange={(widthM) => set({ widthM })}
        error={problems.at('/widthM')}
      />
      <OptionalNumberField
        label={t('stepM')}
        hint={t('stepHint')}
        value={element.stepM}
        onChange={(stepM) => set({ stepM })}
        error={problems.at('/stepM')}
      />
      <OptionalNumberField
        label={t('slope')}
        hint={t('slopeHint')}
        value={element.slope}
        onChange={(slope) => set({ slope })}
        error={problems.at('/slope')}
      />
      <Checkbox
        label={t('confirmed')}
        description={t('confirmedHint')}
        checked={element.confirmed}
        disabled={!writes}
        onChange={({ currentTarget: { checked } }) => set({ confirmed: checked })}
      />
    </Stack>
  );
}
