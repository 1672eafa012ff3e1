import { Text } from '@mantine/core';
import { useState, type JSX } from 'react';
import { body, useAction } from '../../app/api';
import { FormDialog, fieldProblems } from '../../app/forms';
import { useSession } from '../../app/session';
import { useMemberWords } from './member-words';
import { MEMBERS, useWorkspacePath, type Member } from './queries';
import { RoleField } from './role-field';

interface DialogProps {
  member: Member;
  onClose: () => void;
}

export function RoleDialog({ member, onClose }: DialogProps): JSX.Element {
  const { t } = useMemberWords();
  const { workspaceId } = useWorkspacePath();
  const [role, setRole] = useState(member.role);
  const path = { workspaceId, accountId: member.accountId };
  const change = useAction([MEMBERS], async (api, _: null) =>
    body(await api.PATCH('/v1/workspaces/{workspaceId}/members/{accountId}', { params: { path }, body: { role } })),
  );
  return (
    <FormDialog
      title={t('changeTitle', { name: member.name })}
      button={t('save')}
      busy={change.isPending}
      error={change.error}
      fields={['/role']}
      onSubmit={() => change.mutate(null, { onSuccess: onClose })}
      onClose={onClose}
    >
      <RoleField value={role} onChange={setRole} error={fieldProblems(change.error).at('/role')} />
    </FormDialog>
  );
}

export function RemoveDialog({ member, onClose }: DialogProps): JSX.Element {
  const { t } = useMemberWords();
  const { workspaceId } = useWorkspacePath();
  const path = { workspaceId, accountId: member.accountId };
  const remove = useAction([MEMBERS], (api, _: null) =>
    api.DELETE('/v1/workspaces/{workspaceId}/members/{accountId}', { params: { path } }),
  );
  return (
    <FormDialog
      title={t('removeTitle', { name: member.name })}
      button={t('remove')}
      danger
      busy={remove.isPending}
      error={remove.error}
      onSubmit={() => remove.mutate(null, { onSuccess: onClose })}
      onClose={onClose}
    >
      <Text size="sm">{t('removeText')}</Text>
    </FormDialog>
  );
}

export function LeaveDialog({ onClose }: { onClose: () => void }): JSX.Element {
  const { t } = useMemberWords();
  const path = useWorkspacePath();
  const { account } = useSession();
  const leave = useAction([MEMBERS], async (api, _: null) => {
    await api.POST('/v1/workspaces/{workspaceId}/leave', { params: { path } });
    // What is left to go to is found out anew.
    await account?.signIn.resume();
    location.assign('/');
  });
  return (
    <FormDialog
      title={t('leaveTitle')}
      button={t('leave')}
      danger
      busy={leave.isPending}
      error={leave.error}
      onSubmit={() => leave.mutate(null)}
      onClose={onClose}
    >
      <Text size="sm">{t('leaveText')}</Text>
    </FormDialog>
  );
}
