import { Kbd, Modal, Stack, Table, Text } from '@mantine/core';
import type { JSX } from 'react';
import { VERDICT_KEYS } from './keys';
import { REASONS } from './looks';
import { usePrivacyWords, type Word } from './privacy-words';

const LOOKING: readonly (readonly [string, Word])[] = [
  ['j →', 'nextMark'],
  ['k ←', 'previousMark'],
];
const DRAWING: readonly (readonly [string, Word])[] = [
  ['d', 'drawBox'],
  ['p', 'drawOutline'],
  ['x', 'splitKey'],
  ['← → ↑ ↓', 'crossKey'],
  ['Shift ← → ↑ ↓', 'crossFineKey'],
  ['Enter', 'pointKey'],
  ['Esc', 'endKey'],
  ['u', 'takeBackKey'],
  ['o', 'showOriginal'],
  ['?', 'keys'],
];

export function HelpDialog({ onClose }: { onClose: () => void }): JSX.Element {
  const { t } = usePrivacyWords();
  const rows: [string, string][] = [
    ...LOOKING.map(([name, word]): [string, string] => [name, t(word)]),
    ...VERDICT_KEYS.map(([name, order]): [string, string] => [
      name,
      order.do === 'blur' ? t('blurKey') : t('keepKey', { reason: t(REASONS[order.reason]) }),
    ]),
    ...DRAWING.map(([name, word]): [string, string] => [name, t(word)]),
  ];
  return (
    <Modal opened onClose={onClose} title={t('keys')} closeButtonProps={{ 'aria-label': t('close') }}>
      <Stack>
        <Text size="sm">{t('keysIntro')}</Text>
        <Table>
          <Table.Tbody>
            {rows.map(([name, text]) => (
              <Table.Tr key={name}>
                <Table.Th scope="row">
                  <Kbd>{name}</Kbd>
                </Table.Th>
                <Table.Td>{text}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Stack>
    </Modal>
  );
}
