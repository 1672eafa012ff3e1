import { Button, Group, Table } from '@mantine/core';
import { useState, type JSX } from 'react';
import { Loading, ProblemAlert } from '../../app/feedback';
import { useFilters } from '../../app/filters';
import { Pager } from '../../app/pager';
import { useSession } from '../../app/session';
import { SettingsFrame } from '../settings/settings-frame';
import { InvitationsSection } from './invitations-section';
import { InviteDialog } from './invite-dialog';
import { LeaveDialog, RemoveDialog, RoleDialog } from './member-dialogs';
import { useMemberWords } from './member-words';
import { useMembers, useOwnRole, type Member } from './queries';

const READS = 'workspace:read';
const WRITES = 'members:write';
type Open = { what: 'role' | 'remove'; member: Member } | { what: 'invite' | 'leave' } | null;

export function MembersPage(): JSX.Element {
  const { t } = useMemberWords();
  return (
    <SettingsFrame title={t('title')} intro={t('intro')} reads={READS} writes={WRITES}>
      <Members />
    </SettingsFrame>
  );
}

function Members(): JSX.Element {
  const { t } = useMemberWords();
  const { scopes } = useSession();
  const filters = useFilters([]);
  const [open, setOpen] = useState<Open>(null);
  const { data, error } = useMembers(filters.cursor);
  const close = (): void => setOpen(null);
  return (
    <>
      {scopes.has(WRITES) && (
        <Group>
          <Button onClick={() => setOpen({ what: 'invite' })}>{t('invite')}</Button>
        </Group>
      )}
      <ProblemAlert error={error} />
      {data === undefined && error === null && <Loading />}
      {data !== undefined && <Rows members={data.items} onOpen={setOpen} />}
      <Pager cursor={filters.cursor} next={data?.next ?? null} onChange={(cursor) => filters.set('cursor', cursor)} />
      {scopes.has(WRITES) && <InvitationsSection />}
      {open?.what === 'role' && <RoleDialog member={open.member} onClose={close} />}
      {open?.what === 'remove' && <RemoveDialog member={open.member} onClose={close} />}
      {open?.what === 'invite' && <InviteDialog onClose={close} />}
      {open?.what === 'leave' && <LeaveDialog onClose={close} />}
    </>
  );
}

function Rows({ members, onOpen }: { members: readonly Member[]; onOpen: (open: Open) => void }): JSX.Element {
  const { t, moment } = useMemberWords();
  const { account } = useSession();
  return (
    <div className="settings-scroll" tabIndex={0} role="group" aria-label={t('caption')}>
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">{t('name')}</Table.Th>
            <Table.Th scope="col">{t('email')}</Table.Th>
            <Table.Th scope="col">{t('role')}</Table.Th>
            <Table.Th scope="col">{t('joined')}</Table.Th>
            <Table.Th scope="col">{t('actions')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {members.map((member) => (
            <Table.Tr key={member.accountId}>
              <Table.Th scope="row">
                {member.name} {member.accountId === account?.id && <small>({t('you')})</small>}
              </Table.Th>
              <Table.Td>{member.email}</Table.Td>
              <Table.Td>{t(member.role)}</Table.Td>
              <Table.Td>{moment(member.joinedAt)}</Table.Td>
              <Table.Td>
                <Actions member={member} onOpen={onOpen} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}

/** Owners manage everybody, admins everybody but owners; anybody goes. The server has the last word. */
function Actions({ member, onOpen }: { member: Member; onOpen: (open: Open) => void }): JSX.Element {
  const { t } = useMemberWords();
  const { scopes, account } = useSession();
  const own = useOwnRole();
  const manages = scopes.has(WRITES) && (own === 'owner' || member.role !== 'owner');
  const isSelf = member.accountId === account?.id;
  return (
    <Group gap="xs" wrap="nowrap">
      {manages && (
        <Button
          size="compact-sm"
          variant="default"
          aria-label={`${t('change')}: ${member.name}`}
          onClick={() => onOpen({ what: 'role', member })}
        >
          {t('change')}
        </Button>
      )}
      {manages && !isSelf && (
        <Button
          size="compact-sm"
          variant="default"
          aria-label={`${t('remove')}: ${member.name}`}
          onClick={() => onOpen({ what: 'remove', member })}
        >
          {t('remove')}
        </Button>
      )}
      {isSelf && (
        <Button size="compact-sm" variant="default" onClick={() => onOpen({ what: 'leave' })}>
          {t('leave')}
        </Button>
      )}
    </Group>
  );
}
