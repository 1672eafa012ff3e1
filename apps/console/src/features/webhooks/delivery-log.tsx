import { Button, Group, NativeSelect, Stack, Table, Text, Title } from '@mantine/core';
import { useState, type JSX } from 'react';
import { useAction } from '../../app/api';
import { Loading, ProblemAlert } from '../../app/feedback';
import { useFilters } from '../../app/filters';
import { Pager } from '../../app/pager';
import { useSession } from '../../app/session';
import { DeliveryDialog } from './delivery-dialog';
import { WEBHOOKS, WRITES, useDeliveries, type Delivery, type Webhook } from './queries';
import { ReplaySinceDialog } from './replay-since-dialog';
import { EVENT_TYPES, OUTCOME_WORDS, named, useWebhookWords } from './webhook-words';

const FILTERS = ['state', 'eventType'] as const;
const STATES = ['waiting', 'sending', 'delivered', 'dead'] as const;

export function DeliveryLog({ webhook }: { webhook: Webhook }): JSX.Element {
  const { t } = useWebhookWords();
  const { scopes } = useSession();
  const filters = useFilters(FILTERS);
  const { state = '', eventType = '' } = filters.values;
  const { data, error } = useDeliveries(webhook.id, filters.values, filters.cursor);
  const [again, setAgain] = useState(false);
  return (
    <Stack component="section" aria-labelledby="log-title">
      <Title order={3} size="h4" id="log-title">
        {t('log')}
      </Title>
      <Group role="search" align="end">
        <NativeSelect
          label={t('state')}
          value={state}
          onChange={(event) => filters.set('state', event.currentTarget.value)}
          data={[{ value: '', label: t('anyState') }, ...STATES.map((value) => ({ value, label: t(value) }))]}
        />
        <NativeSelect
          label={t('event')}
          value={eventType}
          onChange={(event) => filters.set('eventType', event.currentTarget.value)}
          data={[
            { value: '', label: t('anyEvent') },
            ...[...EVENT_TYPES, 'webhook.test'].map((value) => ({ value, label: named(value, t) })),
          ]}
        />
        {scopes.has(WRITES) && webhook.enabled && (
          <Button variant="default" onClick={() => setAgain(true)}>
            {t('replaySince')}
          </Button>
        )}
      </Group>
      <ProblemAlert error={error} />
      {data === undefined && error === null && <Loading />}
      {data?.items.length === 0 && <Text c="dimmed">{t(state + eventType === '' ? 'logNone' : 'logNoneOf')}</Text>}
      {data !== undefined && data.items.length > 0 && <Rows deliveries={data.items} webhook={webhook} />}
      <Pager cursor={filters.cursor} next={data?.next ?? null} onChange={(cursor) => filters.set('cursor', cursor)} />
      {again && <ReplaySinceDialog webhookId={webhook.id} onClose={() => setAgain(false)} />}
    </Stack>
  );
}

function Rows({ deliveries, webhook }: { deliveries: readonly Delivery[]; webhook: Webhook }): JSX.Element {
  const { t } = useWebhookWords();
  const [open, setOpen] = useState<string | null>(null);
  const { id: webhookId } = webhook;
  const replay = useAction([WEBHOOKS], (api, deliveryId: string) =>
    api.POST('/v1/webhooks/{webhookId}/deliveries/{deliveryId}/replay', { params: { path: { webhookId, deliveryId } } }),
  );
  const opened = deliveries.find(({ id }) => id === open);
  return (
    <>
      <ProblemAlert error={replay.error} />
      <div className="settings-scroll" tabIndex={0} role="group" aria-label={t('log')}>
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">{t('event')}</Table.Th>
              <Table.Th scope="col">{t('state')}</Table.Th>
              <Table.Th scope="col">{t('at')}</Table.Th>
              <Table.Th scope="col">{t('tries')}</Table.Th>
              <Table.Th scope="col">{t('lastAnswer')}</Table.Th>
              <Table.Th scope="col">{t('actions')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {deliveries.map((delivery) => (
              <Row
                key={delivery.id}
                delivery={delivery}
                enabled={webhook.enabled}
                busy={replay.isPending && replay.variables === delivery.id}
                onReplay={() => replay.mutate(delivery.id)}
                onOpen={() => setOpen(delivery.id)}
              />
            ))}
          </Table.Tbody>
        </Table>
      </div>
      {opened !== undefined && <DeliveryDialog delivery={opened} onClose={() => setOpen(null)} />}
    </>
  );
}

interface RowProps {
  delivery: Delivery;
  enabled: boolean;
  busy: boolean;
  onReplay: () => void;
  onOpen: () => void;
}

function Row({ delivery, enabled, busy, onReplay, onOpen }: RowProps): JSX.Element {
  const { t, moment } = useWebhookWords();
  const { scopes } = useSession();
  const { eventType, state, createdAt, nextTryAt, tries } = delivery;
  const [last] = tries;
  const name = { type: named(eventType, t), when: moment(createdAt) };
  const onItsWay = state === 'waiting' || state === 'sending';
  return (
    <Table.Tr>
      <Table.Th scope="row">{name.type}</Table.Th>
      <Table.Td>
        {t(state)}
        {nextTryAt !== null && tries.length > 0 && <Text size="xs">{t('nextTry', { when: moment(nextTryAt) })}</Text>}
      </Table.Td>
      <Table.Td>{name.when}</Table.Td>
      <Table.Td>{last?.number ?? 0}</Table.Td>
      <Table.Td>{last === undefined ? '–' : `${last.status ?? ''} ${t(OUTCOME_WORDS[last.outcome])}`.trim()}</Table.Td>
      <Table.Td>
        <Group gap="xs" wrap="nowrap">
          <Button size="compact-sm" variant="default" aria-label={t('detailsOf', name)} onClick={onOpen}>
            {t('details')}
          </Button>
          {scopes.has(WRITES) && enabled && !onItsWay && (
            <Button size="compact-sm" variant="default" aria-label={t('replayOf', name)} loading={busy} onClick={onReplay}>
              {t('replay')}
            </Button>
          )}
        </Group>
      </Table.Td>
    </Table.Tr>
  );
}
