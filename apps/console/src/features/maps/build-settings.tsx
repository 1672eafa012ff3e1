import { NativeSelect, TextInput } from '@mantine/core';
import type { JSX } from 'react';
import type { PlacementPolicy } from '@stead/contracts/dispatcher';
import type { Preset } from '@stead/contracts/pipeline';
import type { MapWords } from './english';
import { useMapWords } from './map-words';

export interface BuildDraft {
  preset: Preset;
  /** As the field has it: in local time; empty for none. */
  deadline: string;
  priority: number;
  /** Empty: the workspace's. */
  placement: PlacementPolicy['kind'] | '';
}
export const FRESH: BuildDraft = { preset: 'standard', deadline: '', priority: 50, placement: '' };

const PRESETS: Record<Preset, keyof MapWords> = { preview: 'presetPreview', standard: 'presetStandard', survey: 'presetSurvey' };
const PLACEMENTS: Record<PlacementPolicy['kind'], keyof MapWords> = {
  'onprem-first': 'placementOnpremFirst',
  'burst-when-full': 'placementBurst',
  timeout: 'placementTimeout',
  'cloud-only': 'placementCloudOnly',
  'onprem-only': 'placementOnpremOnly',
};
const PRIORITIES = { 20: 'priorityLow', 50: 'priorityNormal', 80: 'priorityHigh' } as const;

/** What a build is told, as the API takes it. */
export function buildBody({ preset, deadline, priority, placement }: BuildDraft): {
  preset: Preset;
  priority: number;
  deadline?: string;
  placement?: { kind: PlacementPolicy['kind'] };
} {
  const at = deadline === '' ? null : new Date(deadline);
  return {
    ...{ preset, priority },
    ...(at === null || Number.isNaN(at.getTime()) ? {} : { deadline: at.toISOString() }),
    ...(placement === '' ? {} : { placement: { kind: placement } }),
  };
}

export function BuildSettings({
  draft,
  onChange,
  problemAt,
}: {
  draft: BuildDraft;
  onChange: (change: Partial<BuildDraft>) => void;
  /** What the server said against a field, by the pointer to it. */
  problemAt: (pointer: string) => string | undefined;
}): JSX.Element {
  const { t } = useMapWords();
  const chosen = <Key extends string>(known: Record<Key, unknown>, value: string): Key | undefined =>
    (Object.keys(known) as Key[]).find((key) => key === value); // its keys are exactly these
  return (
    <>
      <NativeSelect
        label={t('preset')}
        value={draft.preset}
        error={problemAt('/preset')}
        onChange={({ currentTarget: { value } }) => onChange({ preset: chosen(PRESETS, value) ?? draft.preset })}
        data={Object.entries(PRESETS).map(([value, word]) => ({ value, label: t(word) }))}
      />
      <TextInput
        type="datetime-local"
        label={t('deadline')}
        description={t('deadlineHint')}
        value={draft.deadline}
        error={problemAt('/deadline')}
        onChange={({ currentTarget: { value } }) => onChange({ deadline: value })}
      />
      <NativeSelect
        label={t('priority')}
        value={String(draft.priority)}
        error={problemAt('/priority')}
        onChange={({ currentTarget: { value } }) => onChange({ priority: Number(value) })}
        data={Object.entries(PRIORITIES).map(([value, word]) => ({ value, label: t(word) }))}
      />
      <NativeSelect
        label={t('placement')}
        value={draft.placement}
        error={problemAt('/placement')}
        onChange={({ currentTarget: { value } }) => onChange({ placement: chosen(PLACEMENTS, value) ?? '' })}
        data={[
          { value: '', label: t('placementDefault') },
          ...Object.entries(PLACEMENTS).map(([value, word]) => ({ value, label: t(word) })),
        ]}
      />
    </>
  );
}
