import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import type { JSX } from 'react';
import { referrersOf, removal } from '../model/arrange';
import { nameOf } from '../model/naming';
import type { Element } from '../model/types';
import { useStudio } from '../studio-context';
import { useStudioWords } from '../studio-words';

/** Names what would change with it. */
export function DeleteDialog({ element, onClose }: { element: Element; onClose: () => void }): JSX.Element {
  const words = useStudioWords();
  const { t } = words;
  const { kept, keeper, select } = useStudio();
  const others = referrersOf(kept.elements, element.id);
  const remove = (): void => {
    keeper.edit(...removal(kept.elements, element.id));
    onClose();
    select(null);
  };
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('deleteTitle', { name: nameOf(element, kept.elements, words) })}
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      <Stack>
        <Text size="sm">{t('deleteText')}</Text>
        {others.length > 0 && (
          <Text size="sm">{t('deleteOthers', { names: others.map((one) => nameOf(one, kept.elements, words)).join(', ') })}</Text>
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose} data-autofocus>
            {t('cancel')}
          </Button>
          <Button color="red" onClick={remove}>
            {t('delete')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
