import { Table, Text } from '@mantine/core';
import type { JSX } from 'react';
import { differencesOf, shortOf } from '../model/differences';
import { useStudioWords } from '../studio-words';

/** Two states of one thing, beside each other, by what differs. */
export function Differences({
  title,
  columns,
  values: [left, right],
}: {
  title: string;
  columns: readonly [string, string];
  values: readonly [unknown, unknown];
}): JSX.Element {
  const { t } = useStudioWords();
  const gone = left === null ? t('notThere') : null;
  const missing = right === null ? t('notThere') : null;
  const rows =
    gone === null && missing === null
      ? differencesOf(left, right).map((one) => ({ path: one.path, left: shortOf(one.left), right: shortOf(one.right) }))
      : [{ path: '', left: gone ?? shortOf(left), right: missing ?? shortOf(right) }];
  return (
    <div className="studio-scroll" tabIndex={0} role="region" aria-label={title}>
      <Text size="sm" fw={600}>
        {title}
      </Text>
      <Table withTableBorder fz="xs">
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">{t('what')}</Table.Th>
            <Table.Th scope="col">{columns[0]}</Table.Th>
            <Table.Th scope="col">{columns[1]}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row) => (
            <Table.Tr key={row.path}>
              <Table.Th scope="row">{row.path === '' ? t('whole') : row.path}</Table.Th>
              <Table.Td>{row.left}</Table.Td>
              <Table.Td>{row.right}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}
