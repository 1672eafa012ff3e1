import { Button, Checkbox, Code, Group, Table, Text } from '@mantine/core';
import { useState, type JSX } from 'react';
import { Loading, ProblemAlert } from '../../app/feedback';
import { useFilters } from '../../app/filters';
import { useSession } from '../../app/session';
import { SettingsFrame } from '../settings/settings-frame';
import { ReplaceKeyDialog, RevokeKeyDialog } from './key-dialogs';
import { useKeyWords } from './key-words';
import { stateOf, useKeys, type ApiKey } from './keys';
import { MakeKeyDialog } from './make-key-dialog';

const READS = 'api-keys:read';
const WRITES = 'api-keys:write';
const FILTERS = ['all'] as const;
type Open = { what: 'replace' | 'revoke'; apiKey: ApiKey } | { what: 'make' } | null;

export function ApiKeysPage(): JSX.Element {
  const { t } = useKeyWords();
  return (
    <SettingsFrame title={t('title')} intro={t('intro')} reads={READS} writes={WRITES}>
      <Keys />
    </SettingsFrame>
  );
}

function Keys(): JSX.Element {
  const { t } = useKeyWords();
  const { scopes } = useSession();
  const filters = useFilters(FILTERS);
  const [open, setOpen] = useState<Open>(null);
  const { data, error, dataUpdatedAt } = useKeys();
  const all = filters.values.all !== undefined;
  const shown = data?.items.filter((key) => all || ['active', 'ending'].includes(stateOf(key, dataUpdatedAt)));
  const close = (): void => setOpen(null);
  return (
    <>
      <Group justify="space-between">
        {scopes.has(WRITES) && <Button onClick={() => setOpen({ what: 'make' })}>{t('make')}</Button>}
        <Checkbox
          label={t('all')}
          checked={all}
          onChange={(event) => filters.set('all', event.currentTarget.checked ? 'yes' : '')}
        />
      </Group>
      <ProblemAlert error={error} />
      {data === undefined && error === null && <Loading />}
      {shown?.length === 0 && <Text c="dimmed">{t(data?.items.length === 0 ? 'none' : 'noneOpen')}</Text>}
      {shown !== undefined && shown.length > 0 && <Rows keys={shown} nowMs={dataUpdatedAt} onOpen={setOpen} />}
      {open?.what === 'make' && <MakeKeyDialog onClose={close} />}
      {open?.what === 'replace' && <ReplaceKeyDialog apiKey={open.apiKey} onClose={close} />}
      {open?.what === 'revoke' && <RevokeKeyDialog apiKey={open.apiKey} onClose={close} />}
    </>
  );
}

interface RowsProps {
  keys: readonly ApiKey[];
  nowMs: number;
  onOpen: (open: Open) => void;
}

function Rows({ keys, nowMs, onOpen }: RowsProps): JSX.Element {
  const { t, moment } = useKeyWords();
  return (
    <div className="settings-scroll" tabIndex={0} role="group" aria-label={t('caption')}>
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">{t('name')}</Table.Th>
            <Table.Th scope="col">{t('key')}</Table.Th>
            <Table.Th scope="col">{t('scopes')}</Table.Th>
            <Table.Th scope="col">{t('state')}</Table.Th>
            <Table.Th scope="col">{t('used')}</Table.Th>
            <Table.Th scope="col">{t('ends')}</Table.Th>
            <Table.Th scope="col">{t('made')}</Table.Th>
            <Table.Th scope="col">{t('actions')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {keys.map((key) => (
            <Table.Tr key={key.id}>
              <Table.Th scope="row">{key.name}</Table.Th>
              <Table.Td>
                <Code>{key.start}…</Code>
              </Table.Td>
              <Table.Td>
                <Text size="xs" className="settings-text" miw="12rem">
                  {key.scopes.join(', ')}
                </Text>
              </Table.Td>
              <Table.Td>{t(stateOf(key, nowMs))}</Table.Td>
              <Table.Td>{key.lastUsedAt === null ? t('never') : moment(key.lastUsedAt)}</Table.Td>
              <Table.Td>{key.expiresAt === null ? t('endsNever') : moment(key.expiresAt)}</Table.Td>
              <Table.Td>{moment(key.createdAt)}</Table.Td>
              <Table.Td>
                <Actions apiKey={key} nowMs={nowMs} onOpen={onOpen} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}

function Actions({ apiKey, nowMs, onOpen }: { apiKey: ApiKey; nowMs: number; onOpen: (open: Open) => void }): JSX.Element | null {
  const { t } = useKeyWords();
  const { scopes } = useSession();
  const state = stateOf(apiKey, nowMs);
  if (!scopes.has(WRITES) || state === 'revoked' || state === 'expired') return null;
  return (
    <Group gap="xs" wrap="nowrap">
      {state === 'active' && (
        <Button
          size="compact-sm"
          variant="default"
          aria-label={`${t('rotate')}: ${apiKey.name}`}
          onClick={() => onOpen({ what: 'replace', apiKey })}
        >
          {t('rotate')}
        </Button>
      )}
      <Button
        size="compact-sm"
        variant="outline"
        color="red"
        className="settings-danger"
        aria-label={`${t('revoke')}: ${apiKey.name}`}
        onClick={() => onOpen({ what: 'revoke', apiKey })}
      >
        {t('revoke')}
      </Button>
    </Group>
  );
}
