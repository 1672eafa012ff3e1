import { NumberInput, Text } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useState, type JSX } from 'react';
import { body, useAction } from '../../app/api';
import { FormDialog, fieldProblems } from '../../app/forms';
import { WEBHOOKS, type EventType, type Shown } from './queries';
import { SecretOnce } from './secret-once';
import { FIELDS, WebhookFields, type Draft } from './webhook-form';
import { useWebhookWords } from './webhook-words';

const OVERLAP_HOURS = 24;
const OVERLAP_HOURS_MAX = 168;

export function MakeDialog({ onClose }: { onClose: () => void }): JSX.Element {
  const { t } = useWebhookWords();
  const navigate = useNavigate();
  const [draft, setDraft] = useState<Draft>({ url: '', description: '', eventTypes: [] });
  const make = useAction([WEBHOOKS], async (api, _: null) =>
    body(await api.POST('/v1/webhooks', { body: { ...draft, eventTypes: [...draft.eventTypes] } })),
  );
  if (make.data !== undefined) {
    const { id: webhookId, secret } = make.data;
    const open = (): void => void navigate({ to: '/settings/webhooks/$webhookId', params: { webhookId } });
    return <SecretOnce secret={secret} onClose={open} />;
  }
  return (
    <FormDialog
      title={t('make')}
      button={t('make')}
      busy={make.isPending}
      error={make.error}
      fields={FIELDS}
      onSubmit={() => make.mutate(null)}
      onClose={onClose}
    >
      <WebhookFields draft={draft} onChange={setDraft} problems={fieldProblems(make.error)} />
    </FormDialog>
  );
}

interface DialogProps {
  shown: Shown;
  onClose: () => void;
}

export function EditDialog({ shown: { webhook, tag }, onClose }: DialogProps): JSX.Element {
  const { t } = useWebhookWords();
  const { url, description, eventTypes } = webhook;
  const [draft, setDraft] = useState<Draft>({ url, description, eventTypes: eventTypes as EventType[] }); // what the same API took
  const params = { path: { webhookId: webhook.id } };
  const change = useAction([WEBHOOKS], (api, _: null) =>
    api.PATCH('/v1/webhooks/{webhookId}', {
      params,
      body: { ...draft, eventTypes: [...draft.eventTypes] },
      headers: { 'if-match': tag },
    }),
  );
  return (
    <FormDialog
      title={t('editTitle')}
      button={t('save')}
      busy={change.isPending}
      error={change.error}
      fields={FIELDS}
      onSubmit={() => change.mutate(null, { onSuccess: onClose })}
      onClose={onClose}
    >
      <WebhookFields draft={draft} onChange={setDraft} problems={fieldProblems(change.error)} />
    </FormDialog>
  );
}

export function RotateDialog({ shown: { webhook, tag }, onClose }: DialogProps): JSX.Element {
  const { t } = useWebhookWords();
  const [overlapHours, setOverlapHours] = useState(OVERLAP_HOURS);
  const params = { path: { webhookId: webhook.id } };
  const rotate = useAction([WEBHOOKS], async (api, _: null) =>
    body(await api.POST('/v1/webhooks/{webhookId}/secret', { params, body: { overlapHours }, headers: { 'if-match': tag } })),
  );
  if (rotate.data !== undefined) return <SecretOnce secret={rotate.data.secret} onClose={onClose} />;
  return (
    <FormDialog
      title={t('rotate')}
      button={t('rotate')}
      busy={rotate.isPending}
      error={rotate.error}
      fields={['/overlapHours']}
      onSubmit={() => rotate.mutate(null)}
      onClose={onClose}
    >
      <Text size="sm">{t('rotateText')}</Text>
      <NumberInput
        label={t('overlap')}
        description={t('overlapHint')}
        value={overlapHours}
        onChange={(hours) => setOverlapHours(Number(hours))}
        min={0}
        max={OVERLAP_HOURS_MAX}
        allowDecimal={false}
        error={fieldProblems(rotate.error).at('/overlapHours')}
        hideControls
      />
    </FormDialog>
  );
}

/** Not compared with what was read: whoever deletes means the webhook, however it is. */
export function DeleteDialog({ shown: { webhook }, onClose }: DialogProps): JSX.Element {
  const { t } = useWebhookWords();
  const navigate = useNavigate();
  const params = { path: { webhookId: webhook.id } };
  const remove = useAction([WEBHOOKS, 'list'], (api, _: null) => api.DELETE('/v1/webhooks/{webhookId}', { params }));
  return (
    <FormDialog
      title={t('deleteTitle')}
      button={t('delete')}
      danger
      busy={remove.isPending}
      error={remove.error}
      onSubmit={() => remove.mutate(null, { onSuccess: () => void navigate({ to: '/settings/webhooks' }) })}
      onClose={onClose}
    >
      <Text size="sm" className="settings-text">
        {t('deleteText', { url: webhook.url })}
      </Text>
    </FormDialog>
  );
}
