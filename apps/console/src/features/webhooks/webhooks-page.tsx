import { Anchor, Badge, Button, Group, Paper, Text, Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useState, type JSX } from 'react';
import { Loading, ProblemAlert } from '../../app/feedback';
import { useSession } from '../../app/session';
import { SettingsFrame } from '../settings/settings-frame';
import { READS, WRITES, useWebhooks, type Webhook } from './queries';
import { MakeDialog } from './webhook-dialogs';
import { named, useWebhookWords } from './webhook-words';

export function WebhooksPage(): JSX.Element {
  const { t } = useWebhookWords();
  return (
    <SettingsFrame title={t('title')} intro={t('intro')} reads={READS} writes={WRITES}>
      <Webhooks />
    </SettingsFrame>
  );
}

function Webhooks(): JSX.Element {
  const { t } = useWebhookWords();
  const { scopes } = useSession();
  const [making, setMaking] = useState(false);
  const { data, error } = useWebhooks();
  return (
    <>
      {scopes.has(WRITES) && (
        <Group>
          <Button onClick={() => setMaking(true)}>{t('make')}</Button>
        </Group>
      )}
      <ProblemAlert error={error} />
      {data === undefined && error === null && <Loading />}
      {data?.items.length === 0 && <Text c="dimmed">{t('none')}</Text>}
      <ul className="plain-list">
        {data?.items.map((webhook) => (
          <Row key={webhook.id} webhook={webhook} />
        ))}
      </ul>
      {making && <MakeDialog onClose={() => setMaking(false)} />}
    </>
  );
}

function Row({ webhook }: { webhook: Webhook }): JSX.Element {
  const { t, moment } = useWebhookWords();
  const { id: webhookId, url, description, enabled, failingSince, eventTypes } = webhook;
  return (
    <Paper component="li" withBorder p="sm">
      <Group justify="space-between" gap="xs">
        <Title order={3} size="h5" className="settings-text">
          <Anchor inherit renderRoot={(props) => <Link {...props} to="/settings/webhooks/$webhookId" params={{ webhookId }} />}>
            {url}
          </Anchor>
        </Title>
        <Badge variant="default">{t(enabled ? 'on' : 'off')}</Badge>
      </Group>
      {description !== '' && <Text size="sm">{description}</Text>}
      {failingSince !== null && <Text size="sm">{t('failing', { when: moment(failingSince) })}</Text>}
      <Text size="sm" c="dimmed">
        {eventTypes.map((type) => named(type, t)).join(' · ')}
      </Text>
    </Paper>
  );
}
