import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { Copied } from '../../app/copied';
import { useWebhookWords } from './webhook-words';

/** The only time that a secret can be seen. A click beside the dialog does not take it away. */
export function SecretOnce({ secret, onClose }: { secret: string; onClose: () => void }): JSX.Element {
  const { t } = useWebhookWords();
  const { t: shell } = useTranslation();
  return (
    <Modal
      opened
      size="lg"
      onClose={onClose}
      closeOnClickOutside={false}
      title={t('secretTitle')}
      closeButtonProps={{ 'aria-label': shell('close') }}
    >
      <Stack>
        <Text size="sm">{t('secretText')}</Text>
        <Copied text={secret} label={t('secret')} button={t('copySecret')} />
        <Group justify="flex-end">
          <Button onClick={onClose}>{t('done')}</Button>
        </Group>
      </Stack>
    </Modal>
  );
}
