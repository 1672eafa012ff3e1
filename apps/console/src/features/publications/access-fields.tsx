import { PasswordInput, Radio, Stack } from '@mantine/core';
import type { JSX } from 'react';
import type { FieldProblems } from '../../app/forms';
import { VISIBILITIES } from './looks';
import { usePublicationWords } from './publication-words';
import type { Visibility } from './queries';

export interface AccessDraft {
  visibility: Visibility;
  /** Empty: as it is. */
  password: string;
}

/** Who gets in, each way with what it means; the password where one is asked for. */
export function AccessFields({
  draft,
  onChange,
  problems,
  hasPassword = false,
}: {
  draft: AccessDraft;
  onChange: (change: Partial<AccessDraft>) => void;
  problems: FieldProblems;
  hasPassword?: boolean;
}): JSX.Element {
  const { t } = usePublicationWords();
  const kinds = Object.keys(VISIBILITIES) as Visibility[]; // its keys are exactly these
  return (
    <>
      <Radio.Group
        label={t('access')}
        value={draft.visibility}
        onChange={(value) => {
          const visibility = kinds.find((kind) => kind === value);
          if (visibility !== undefined) onChange({ visibility });
        }}
        error={problems.at('/visibility')}
      >
        <Stack gap="xs" mt="xs">
          {kinds.map((kind) => (
            <Radio key={kind} value={kind} label={t(VISIBILITIES[kind].word)} description={t(VISIBILITIES[kind].hint)} />
          ))}
        </Stack>
      </Radio.Group>
      {draft.visibility === 'password' && (
        <PasswordInput
          label={t('password')}
          description={t(hasPassword ? 'passwordKept' : 'passwordHint')}
          value={draft.password}
          onChange={(event) => onChange({ password: event.currentTarget.value })}
          error={problems.at('/password')}
          aria-invalid={problems.below('/password')}
          autoComplete="new-password"
        />
      )}
    </>
  );
}
