import { Button, Group, Modal, Stack, Table, Text } from '@mantine/core';
import type { JSX } from 'react';
import type { Change, Changing, Shown } from './changing';
import { Facts, StateBadge } from './looks';
import { usePublicationWords } from './publication-words';

/** Somebody was faster. Neither change is lost unseen: theirs is shown, and ours waits for a word. */
export function ConflictDialog({
  conflict,
  changing,
  shown,
}: {
  conflict: Change;
  changing: Changing;
  shown: Shown;
}): JSX.Element {
  const { t } = usePublicationWords();
  const { what, mine } = conflict;
  return (
    <Modal opened size="lg" onClose={changing.giveUp} title={t('conflictTitle')} closeButtonProps={{ 'aria-label': t('close') }}>
      <Stack>
        <Text size="sm">{t('conflictText')}</Text>
        {mine === undefined ? (
          <>
            <Text size="sm">{t('conflictAct', { what })}</Text>
            <Theirs shown={shown} />
          </>
        ) : (
          <Both mine={mine} shown={shown} />
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={changing.giveUp} data-autofocus>
            {t('seeTheirs')}
          </Button>
          <Button loading={changing.busy !== null} onClick={() => changing.run(conflict, shown.tag)}>
            {t('applyMine')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

function Theirs({ shown: { value } }: { shown: Shown }): JSX.Element {
  return (
    <Stack gap={4} align="start">
      <Text fw={600}>{value.title}</Text>
      <StateBadge state={value.state} />
      <Facts publication={value} />
    </Stack>
  );
}

function Both({ mine, shown }: { mine: NonNullable<Change['mine']>; shown: Shown }): JSX.Element {
  const { t } = usePublicationWords();
  return (
    <div className="publication-scroll" tabIndex={0} role="region" aria-label={t('conflictTitle')}>
      <Table withTableBorder>
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">{t('conflictField')}</Table.Th>
            <Table.Th scope="col">{t('conflictTheirs')}</Table.Th>
            <Table.Th scope="col">{t('conflictMine')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {mine.map((field) => (
            <Table.Tr key={field.label}>
              <Table.Th scope="row">{field.label}</Table.Th>
              <Table.Td>{field.theirs(shown.value)}</Table.Td>
              <Table.Td>{field.mine}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}
