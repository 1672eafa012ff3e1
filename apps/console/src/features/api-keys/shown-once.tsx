import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { Copied } from '../../app/copied';
import { useKeyWords } from './key-words';
import type { NewApiKey } from './keys';

/** The only time that a key can be seen. A click beside the dialog does not take it away. */
export function ShownOnce({ made, onClose }: { made: NewApiKey; onClose: () => void }): JSX.Element {
  const { t } = useKeyWords();
  const { t: shell } = useTranslation();
  return (
    <Modal
      opened
      size="lg"
      onClose={onClose}
      closeOnClickOutside={false}
      title={t('madeTitle', { name: made.name })}
      closeButtonProps={{ 'aria-label': shell('close') }}
    >
      <Stack>
        <Text size="sm">{t('madeText')}</Text>
        <Copied text={made.apiKey} label={t('key')} button={t('copy')} />
        <Group justify="flex-end">
          <Button onClick={onClose}>{t('done')}</Button>
        </Group>
      </Stack>
    </Modal>
  );
}
