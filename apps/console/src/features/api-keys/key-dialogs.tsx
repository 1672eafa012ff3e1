import { NumberInput, Text } from '@mantine/core';
import { useState, type JSX } from 'react';
import { body, useAction } from '../../app/api';
import { FormDialog, fieldProblems } from '../../app/forms';
import { useKeyWords } from './key-words';
import { KEYS, type ApiKey } from './keys';
import { ShownOnce } from './shown-once';

interface DialogProps {
  apiKey: ApiKey;
  onClose: () => void;
}

const OVERLAP_HOURS = 24;
const OVERLAP_HOURS_MAX = 168;

export function RevokeKeyDialog({ apiKey, onClose }: DialogProps): JSX.Element {
  const { t } = useKeyWords();
  const revoke = useAction([KEYS], (api, _: null) =>
    api.DELETE('/v1/api-keys/{keyId}', { params: { path: { keyId: apiKey.id } } }),
  );
  return (
    <FormDialog
      title={t('revokeTitle', { name: apiKey.name })}
      button={t('revoke')}
      danger
      busy={revoke.isPending}
      error={revoke.error}
      onSubmit={() => revoke.mutate(null, { onSuccess: onClose })}
      onClose={onClose}
    >
      <Text size="sm">{t('revokeText')}</Text>
    </FormDialog>
  );
}

export function ReplaceKeyDialog({ apiKey, onClose }: DialogProps): JSX.Element {
  const { t } = useKeyWords();
  const [overlapHours, setOverlapHours] = useState(OVERLAP_HOURS);
  const replace = useAction([KEYS], async (api, _: null) =>
    body(await api.POST('/v1/api-keys/{keyId}/rotate', { params: { path: { keyId: apiKey.id } }, body: { overlapHours } })),
  );
  if (replace.data !== undefined) return <ShownOnce made={replace.data} onClose={onClose} />;
  return (
    <FormDialog
      title={t('rotateTitle', { name: apiKey.name })}
      button={t('rotate')}
      busy={replace.isPending}
      error={replace.error}
      fields={['/overlapHours']}
      onSubmit={() => replace.mutate(null)}
      onClose={onClose}
    >
      <Text size="sm">{t('rotateText')}</Text>
      <NumberInput
        label={t('overlap')}
        value={overlapHours}
        onChange={(hours) => setOverlapHours(Number(hours))}
        min={0}
        max={OVERLAP_HOURS_MAX}
        allowDecimal={false}
        error={fieldProblems(replace.error).at('/overlapHours')}
        hideControls
      />
    </FormDialog>
  );
}
