import { Alert, Anchor, Button, Group, Paper, Text, Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useState, type JSX } from 'react';
import { useAction } from '../../app/api';
import { Loading, ProblemAlert } from '../../app/feedback';
import { useSession } from '../../app/session';
import { SettingsFrame } from '../settings/settings-frame';
import { DeliveryLog } from './delivery-log';
import { READS, WEBHOOKS, WRITES, useWebhook, type Shown, type Webhook } from './queries';
import { DeleteDialog, EditDialog, RotateDialog } from './webhook-dialogs';
import { named, useWebhookWords } from './webhook-words';

type Open = 'edit' | 'rotate' | 'delete' | null;
const WHY = { asked: 'offAsked', gone: 'offGone', failing: 'offFailing' } as const;

export function WebhookPage({ webhookId }: { webhookId: string }): JSX.Element {
  const { t } = useWebhookWords();
  const { data, error } = useWebhook(webhookId);
  return (
    <SettingsFrame title={t('title')} intro={t('intro')} reads={READS} writes={WRITES}>
      <Anchor renderRoot={(props) => <Link {...props} to="/settings/webhooks" />}>{t('all')}</Anchor>
      <ProblemAlert error={error} />
      {data === undefined && error === null && <Loading />}
      {data !== undefined && (
        <>
          <About shown={data} />
          <Secrets webhook={data.webhook} />
          <DeliveryLog webhook={data.webhook} />
        </>
      )}
    </SettingsFrame>
  );
}

function About({ shown }: { shown: Shown }): JSX.Element {
  const { t, moment } = useWebhookWords();
  const { webhook } = shown;
  const { url, description, eventTypes, enabled, disabledReason, failingSince } = webhook;
  return (
    <Paper component="section" withBorder p="md" aria-labelledby="webhook-title">
      <Title order={3} size="h4" id="webhook-title" className="settings-text">
        {url}
      </Title>
      {description !== '' && <Text>{description}</Text>}
      <Text size="sm" c="dimmed" mb="sm">
        {eventTypes.map((type) => named(type, t)).join(' · ')}
      </Text>
      {!enabled && (
        <Alert color="yellow" title={t('off')} mb="sm">
          {t(WHY[disabledReason ?? 'asked'])}
        </Alert>
      )}
      {enabled && failingSince !== null && (
        <Alert color="yellow" mb="sm">
          {t('failingText', { when: moment(failingSince) })}
        </Alert>
      )}
      <Actions shown={shown} />
    </Paper>
  );
}

function Actions({ shown }: { shown: Shown }): JSX.Element | null {
  const { t } = useWebhookWords();
  const { scopes } = useSession();
  const [open, setOpen] = useState<Open>(null);
  const { webhook, tag } = shown;
  const params = { path: { webhookId: webhook.id } };
  const test = useAction([WEBHOOKS], (api, _: null) => api.POST('/v1/webhooks/{webhookId}/test', { params }));
  const turn = useAction([WEBHOOKS], (api, enabled: boolean) =>
    api.PATCH('/v1/webhooks/{webhookId}', { params, body: { enabled }, headers: { 'if-match': tag } }),
  );
  const close = (): void => setOpen(null);
  if (!scopes.has(WRITES)) return null;
  return (
    <>
      <ProblemAlert error={test.error ?? turn.error} />
      <Group gap="xs">
        <Button disabled={!webhook.enabled} loading={test.isPending} onClick={() => test.mutate(null)}>
          {t('test')}
        </Button>
        <Button variant="default" onClick={() => setOpen('edit')}>
          {t('edit')}
        </Button>
        <Button variant="default" loading={turn.isPending} onClick={() => turn.mutate(!webhook.enabled)}>
          {t(webhook.enabled ? 'switchOff' : 'switchOn')}
        </Button>
        <Button variant="default" onClick={() => setOpen('rotate')}>
          {t('rotate')}
        </Button>
        <Button variant="outline" color="red" className="settings-danger" onClick={() => setOpen('delete')}>
          {t('delete')}
        </Button>
      </Group>
      <Text size="sm" role="status" aria-live="polite">
        {test.isSuccess ? t('testSent') : ''}
      </Text>
      {open === 'edit' && <EditDialog shown={shown} onClose={close} />}
      {open === 'rotate' && <RotateDialog shown={shown} onClose={close} />}
      {open === 'delete' && <DeleteDialog shown={shown} onClose={close} />}
    </>
  );
}

function Secrets({ webhook: { secrets } }: { webhook: Webhook }): JSX.Element {
  const { t, moment } = useWebhookWords();
  return (
    <Paper component="section" withBorder p="md" aria-labelledby="secrets-title">
      <Title order={3} size="h4" id="secrets-title">
        {t('secrets')}
      </Title>
      <ul>
        {secrets.map(({ createdAt, expiresAt }) => (
          <li key={createdAt}>
            <Text size="sm">
              {expiresAt === null
                ? t('secretOne', { since: moment(createdAt) })
                : t('secretUntil', { since: moment(createdAt), until: moment(expiresAt) })}
            </Text>
          </li>
        ))}
      </ul>
      {secrets.length > 1 && <Text size="sm">{t('twoSign')}</Text>}
    </Paper>
  );
}
