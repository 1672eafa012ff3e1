import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useState, type JSX } from 'react';
import { KIND_WORDS, nameOf } from './model/naming';
import type { Conflict } from './model/scene-keeper';
import type { Clash } from './model/wishes';
import { Differences } from './panels/differences';
import { useStudio } from './studio-context';
import { useStudioWords } from './studio-words';

/** Somebody else has changed the same. Neither change is lost unseen. */
export function ConflictDialog({ conflict }: { conflict: Conflict }): JSX.Element {
  const words = useStudioWords();
  const { t } = words;
  const { keeper, kept } = useStudio();
  const [looks, setLooks] = useState(false);
  const titleOf = ({ key, mine, theirs, base }: Clash): string => {
    if (key === 'name') return t('sceneName');
    if (key === 'start') return t('start');
    const element = [theirs, mine, base].find((one) => typeof one === 'object' && one !== null && 'kind' in one);
    if (typeof element !== 'object' || element === null || !('kind' in element)) return key;
    return `${t(KIND_WORDS[element.kind])}: ${nameOf(element, kept.elements, words)}`;
  };
  return (
    <Modal
      opened
      size="lg"
      onClose={() => setLooks(true)}
      withCloseButton={false}
      closeOnEscape={false}
      closeOnClickOutside={false}
      title={t('conflictTitle')}
    >
      <Stack>
        <Text size="sm">{t('conflictText')}</Text>
        <ul>
          {conflict.clashes.map((clash) => (
            <li key={clash.key}>{titleOf(clash)}</li>
          ))}
        </ul>
        {looks &&
          conflict.clashes.map((clash) => (
            <Differences
              key={clash.key}
              title={titleOf(clash)}
              columns={[t('theirs'), t('mine')]}
              values={[clash.theirs, clash.mine]}
            />
          ))}
        <Group justify="flex-end">
          <Button variant="default" aria-expanded={looks} onClick={() => setLooks(!looks)} data-autofocus>
            {t(looks ? 'lookLess' : 'look')}
          </Button>
          <Button variant="default" onClick={() => keeper.resolve('theirs')}>
            {t('useTheirs')}
          </Button>
          <Button onClick={() => keeper.resolve('mine')}>{t('useMine')}</Button>
        </Group>
      </Stack>
    </Modal>
  );
}
