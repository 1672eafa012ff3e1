import { NativeSelect } from '@mantine/core';
import type { JSX } from 'react';
import type { Media } from '../model/types';
import { useStudio } from '../studio-context';
import { useStudioWords } from '../studio-words';

type MediaKind = NonNullable<Media['kind']>;

/** A file of the library that can be shown there. */
export function MediaChoice({
  label,
  kinds,
  value,
  onChange,
  none,
  error,
}: {
  label: string;
  kinds: readonly MediaKind[];
  value: string | null;
  onChange: (mediaId: string | null) => void;
  /** What it means to choose nothing. */
  none: string;
  error?: string | undefined;
}): JSX.Element {
  const { t } = useStudioWords();
  const { media, writes } = useStudio();
  const usable = media.filter(({ state, kind }) => state === 'ready' && kind !== null && kinds.includes(kind));
  // One that is shown and not in the library as it was read: it may be newer.
  const unknown = value === null || usable.some(({ id }) => id === value) ? [] : [{ value, label: t('mediaUnknown') }];
  return (
    <NativeSelect
      label={label}
      value={value ?? ''}
      onChange={({ currentTarget: { value: chosen } }) => onChange(chosen === '' ? null : chosen)}
      data={[{ value: '', label: none }, ...usable.map(({ id, name }) => ({ value: id, label: name })), ...unknown]}
      error={error}
      disabled={!writes}
    />
  );
}
