import { Button, Checkbox, Group, Stack, Table, Text, Title } from '@mantine/core';
import type { JSX } from 'react';
import { useAction } from '../../app/api';
import { Loading, ProblemAlert } from '../../app/feedback';
import { useFilters } from '../../app/filters';
import { useMemberWords } from './member-words';
import { MEMBERS, useInvitations, useWorkspacePath, type Invitation } from './queries';

const FILTERS = ['all'] as const;

export function InvitationsSection(): JSX.Element {
  const { t } = useMemberWords();
  const filters = useFilters(FILTERS);
  const all = filters.values.all !== undefined;
  const { data, error } = useInvitations(true);
  const shown = data?.items.filter(({ state }) => all || state === 'open');
  return (
    <Stack component="section" aria-labelledby="invitations-title">
      <Group justify="space-between">
        <Title order={3} size="h4" id="invitations-title">
          {t('invitations')}
        </Title>
        <Checkbox
          label={t('closed')}
          checked={all}
          onChange={(event) => filters.set('all', event.currentTarget.checked ? 'yes' : '')}
        />
      </Group>
      <ProblemAlert error={error} />
      {data === undefined && error === null && <Loading />}
      {shown?.length === 0 && <Text c="dimmed">{t('noInvitations')}</Text>}
      {shown !== undefined && shown.length > 0 && <Rows invitations={shown} />}
    </Stack>
  );
}

function Rows({ invitations }: { invitations: readonly Invitation[] }): JSX.Element {
  const { t, moment } = useMemberWords();
  const { workspaceId } = useWorkspacePath();
  const revoke = useAction([MEMBERS], (api, invitationId: string) =>
    api.DELETE('/v1/workspaces/{workspaceId}/invitations/{invitationId}', { params: { path: { workspaceId, invitationId } } }),
  );
  return (
    <>
      <ProblemAlert error={revoke.error} />
      <div className="settings-scroll" tabIndex={0} role="group" aria-label={t('invitations')}>
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">{t('email')}</Table.Th>
              <Table.Th scope="col">{t('role')}</Table.Th>
              <Table.Th scope="col">{t('state')}</Table.Th>
              <Table.Th scope="col">{t('until')}</Table.Th>
              <Table.Th scope="col">{t('actions')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {invitations.map(({ id, email, role, state, expiresAt }) => (
              <Table.Tr key={id}>
                <Table.Th scope="row">{email}</Table.Th>
                <Table.Td>{t(role)}</Table.Td>
                <Table.Td>{t(state)}</Table.Td>
                <Table.Td>{moment(expiresAt)}</Table.Td>
                <Table.Td>
                  {state === 'open' && (
                    <Button
                      size="compact-sm"
                      variant="default"
                      aria-label={`${t('revoke')}: ${email}`}
                      loading={revoke.isPending && revoke.variables === id}
                      onClick={() => revoke.mutate(id)}
                    >
                      {t('revoke')}
                    </Button>
                  )}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </div>
    </>
  );
}
