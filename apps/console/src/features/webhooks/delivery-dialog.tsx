import { Code, Modal, Stack, Table, Text, Title } from '@mantine/core';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import type { Delivery } from './queries';
import { OUTCOME_WORDS, named, useWebhookWords } from './webhook-words';

/** One delivery: what is sent, and how each try went. */
export function DeliveryDialog({ delivery, onClose }: { delivery: Delivery; onClose: () => void }): JSX.Element {
  const { t } = useWebhookWords();
  const { t: shell } = useTranslation();
  return (
    <Modal
      opened
      size="xl"
      onClose={onClose}
      title={t('detailsTitle', { type: named(delivery.eventType, t) })}
      closeButtonProps={{ 'aria-label': shell('close') }}
    >
      <Stack>
        <Text size="sm">
          webhook-id: <Code>{delivery.eventId}</Code>
        </Text>
        <div>
          <Title order={3} size="h5">
            {t('body')}
          </Title>
          <Code block tabIndex={0} role="group" aria-label={t('body')}>
            {pretty(delivery.body)}
          </Code>
        </div>
        <Tries tries={delivery.tries} />
      </Stack>
    </Modal>
  );
}

function Tries({ tries }: Pick<Delivery, 'tries'>): JSX.Element {
  const { t, moment } = useWebhookWords();
  if (tries.length === 0) return <Text c="dimmed">{t('noTries')}</Text>;
  return (
    <div className="settings-scroll" tabIndex={0} role="group" aria-label={t('tries')}>
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">{t('number')}</Table.Th>
            <Table.Th scope="col">{t('outcome')}</Table.Th>
            <Table.Th scope="col">{t('status')}</Table.Th>
            <Table.Th scope="col">{t('took')}</Table.Th>
            <Table.Th scope="col">{t('said')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {tries.map(({ number, at, outcome, status, ms, detail, answer }) => (
            <Table.Tr key={number}>
              <Table.Th scope="row">
                {number} · {moment(at)}
              </Table.Th>
              <Table.Td>
                {t(OUTCOME_WORDS[outcome])}
                {detail !== null && <Text size="xs">{detail}</Text>}
              </Table.Td>
              <Table.Td>{status ?? '–'}</Table.Td>
              <Table.Td>{ms === null ? '–' : `${ms} ms`}</Table.Td>
              <Table.Td className="settings-text">{answer === null || answer === '' ? '–' : <Code>{answer}</Code>}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}

function pretty(text: string): string {
  return JSON.stringify(JSON.parse(text), null, 2); // the platform's own JSON
}
