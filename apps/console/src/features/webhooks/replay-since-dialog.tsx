import { Text, TextInput } from '@mantine/core';
import { useState, type JSX } from 'react';
import { body, useAction } from '../../app/api';
import { FormDialog, fieldProblems } from '../../app/forms';
import { WEBHOOKS } from './queries';
import { useWebhookWords } from './webhook-words';

export function ReplaySinceDialog({ webhookId, onClose }: { webhookId: string; onClose: () => void }): JSX.Element {
  const { t } = useWebhookWords();
  const [since, setSince] = useState('');
  const replay = useAction([WEBHOOKS], async (api, _: null) =>
    body(
      await api.POST('/v1/webhooks/{webhookId}/replay', {
        params: { path: { webhookId } },
        body: { since: new Date(since).toISOString() },
      }),
    ),
  );
  return (
    <FormDialog
      title={t('replaySince')}
      button={t('replay')}
      busy={replay.isPending}
      error={replay.error}
      fields={['/since']}
      ready={since !== ''}
      onSubmit={() => replay.mutate(null)}
      onClose={onClose}
    >
      <Text size="sm">{t('replaySinceText')}</Text>
      <TextInput
        type="datetime-local"
        label={t('since')}
        value={since}
        onChange={(event) => setSince(event.currentTarget.value)}
        error={fieldProblems(replay.error).at('/since')}
        required
        withAsterisk={false}
      />
      <Text size="sm" role="status" aria-live="polite">
        {replay.data === undefined ? '' : t(replay.data.more ? 'replayedMore' : 'replayed', { count: replay.data.replayed })}
      </Text>
    </FormDialog>
  );
}
