import { Checkbox, Group, Input, NumberInput, Stack } from '@mantine/core';
import type { JSX } from 'react';
import type { FieldProblems } from '../../app/forms';
import { usePublicationWords } from './publication-words';
import type { Corner, SettingsDraft } from './settings-draft';

type Preview = NonNullable<SettingsDraft['preview']>;
const AXES = ['x', 'y', 'z'] as const;
/** A room's worth, to begin with. */
const FIRST: Preview = { min: [-1, -1, -1], max: [1, 1, 1] };

/** The box of a place with a price that is free. */
export function PreviewFields({
  preview,
  onChange,
  problems,
}: {
  preview: Preview | null;
  onChange: (preview: Preview | null) => void;
  problems: FieldProblems;
}): JSX.Element {
  const { t } = usePublicationWords();
  const general = problems.at('/preview');
  return (
    <Stack gap="xs">
      <Checkbox
        label={t('preview')}
        description={t('previewHint')}
        checked={preview !== null}
        onChange={(event) => onChange(event.currentTarget.checked ? FIRST : null)}
      />
      {preview !== null && (
        <Stack gap="xs" pl="lg">
          <CornerFields {...{ preview, onChange, problems }} side="min" label={t('previewMin')} />
          <CornerFields {...{ preview, onChange, problems }} side="max" label={t('previewMax')} />
          {general !== undefined && <Input.Error role="alert">{general}</Input.Error>}
        </Stack>
      )}
    </Stack>
  );
}

function CornerFields({
  side,
  label,
  preview,
  onChange,
  problems,
}: {
  side: keyof Preview;
  label: string;
  preview: Preview;
  onChange: (preview: Preview) => void;
  problems: FieldProblems;
}): JSX.Element {
  const { t } = usePublicationWords();
  const set = (axis: number, value: number | string): void => {
    const [x, y, z] = preview[side];
    const corner: Corner = [axis === 0 ? value : x, axis === 1 ? value : y, axis === 2 ? value : z];
    onChange({ ...preview, [side]: corner });
  };
  return (
    <Input.Wrapper component="fieldset" className="publication-fields" role="group" aria-label={label}>
      <Input.Label component="span">{label}</Input.Label>
      <Group grow preventGrowOverflow={false} wrap="nowrap" gap="xs">
        {AXES.map((axis, i) => (
          <NumberInput
            key={axis}
            aria-label={t('axis', { corner: label, axis })}
            leftSection={axis}
            hideControls
            value={preview[side][i] ?? ''}
            onChange={(value) => set(i, value)}
            error={problems.at(`/preview/${side}/${i}`)}
          />
        ))}
      </Group>
    </Input.Wrapper>
  );
}
