import { Paper, Table, Text, Title } from '@mantine/core';
import { useState, type JSX } from 'react';
import { Loading, ProblemAlert } from '../../app/feedback';
import { Pager } from '../../app/pager';
import { usePrivacyWords, type PrivacyTranslation, type Word } from './privacy-words';
import { useTrail, type TrailEntry } from './queries';

const WHAT: Readonly<Record<string, Word>> = {
  'review.opened': 'trailOpened',
  'marks.decided': 'trailDecided',
  'mark.drawn': 'trailDrawn',
  'mark.split': 'trailSplit',
  'mark.withdrawn': 'trailWithdrawn',
  'originals.seen': 'trailSeen',
  'originals.held': 'trailHeld',
  'originals.released': 'trailReleased',
  'review.applied': 'trailApplied',
  'review.approved': 'trailApproved',
  'review.reopened': 'trailReopened',
  'request.received': 'trailReceived',
  'request.accepted': 'trailAccepted',
  'request.declined': 'trailDeclined',
  'request.done': 'trailDone',
};

/** Who has done what, the newest first. */
export function TrailSection({ of }: { of: { reviewId: string } | { requestId: string } }): JSX.Element {
  const words = usePrivacyWords();
  const { t, moment } = words;
  const [cursor, setCursor] = useState('');
  const { data, error } = useTrail(of, cursor);
  return (
    <Paper component="section" withBorder p="md" aria-labelledby="trail-title">
      <Title order={3} size="h4" id="trail-title" mb="sm">
        {t('trail')}
      </Title>
      <ProblemAlert error={error} />
      {data === undefined && error === null && <Loading />}
      {data?.items.length === 0 && <Text c="dimmed">{t('trailEmpty')}</Text>}
      {data !== undefined && data.items.length > 0 && (
        <div className="privacy-scroll" tabIndex={0} role="region" aria-label={t('trail')}>
          <Table>
            <Table.Thead>
              <Table.Tr>
                <Table.Th scope="col">{t('when')}</Table.Th>
                <Table.Th scope="col">{t('who')}</Table.Th>
                <Table.Th scope="col">{t('what')}</Table.Th>
                <Table.Th scope="col">{t('details')}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {data.items.map((entry) => (
                <Table.Tr key={entry.id}>
                  <Table.Td>{moment(entry.at)}</Table.Td>
                  <Table.Td>{entry.by}</Table.Td>
                  <Table.Td>{whatText(words, entry)}</Table.Td>
                  <Table.Td className="privacy-details">{detailsText(entry)}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </div>
      )}
      <Pager cursor={cursor} next={data?.next ?? null} onChange={setCursor} />
    </Paper>
  );
}

/** What later versions write down is shown as it is. */
function whatText({ t }: PrivacyTranslation, { what }: TrailEntry): string {
  const word = Object.hasOwn(WHAT, what) ? WHAT[what] : undefined;
  return word === undefined ? what : t(word);
}

function detailsText({ details }: TrailEntry): string {
  return Object.entries(details)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(', ');
}
