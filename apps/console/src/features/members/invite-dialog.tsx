import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useState, type JSX } from 'react';
import { useTranslation } from 'react-i18next';
import type { components } from '@stead/web/api-client';
import { body, useAction } from '../../app/api';
import { Copied } from '../../app/copied';
import { FormDialog, fieldProblems } from '../../app/forms';
import { useMemberWords } from './member-words';
import { MEMBERS, useWorkspacePath, type Role } from './queries';
import { RoleField } from './role-field';

type NewInvitation = components['schemas']['NewInvitation'];

export function InviteDialog({ onClose }: { onClose: () => void }): JSX.Element {
  const { t } = useMemberWords();
  const path = useWorkspacePath();
  const [email, setEmail] = useState('');
  const [role, setRole] = useState<Role>('editor');
  const invite = useAction([MEMBERS], async (api, _: null) =>
    body(await api.POST('/v1/workspaces/{workspaceId}/invitations', { params: { path }, body: { email: email.trim(), role } })),
  );
  const problems = fieldProblems(invite.error);
  if (invite.data !== undefined) return <Invited invitation={invite.data} onClose={onClose} />;
  return (
    <FormDialog
      title={t('invite')}
      button={t('inviteButton')}
      busy={invite.isPending}
      error={invite.error}
      fields={['/email', '/role']}
      onSubmit={() => invite.mutate(null)}
      onClose={onClose}
    >
      <TextInput
        label={t('email')}
        type="email"
        autoComplete="off"
        value={email}
        onChange={(event) => setEmail(event.currentTarget.value)}
        error={problems.at('/email')}
        data-autofocus
        required
        withAsterisk={false}
      />
      <RoleField value={role} onChange={setRole} error={problems.at('/role')} />
    </FormDialog>
  );
}

/** The token stands in the fragment, which no server and no log sees. */
function Invited({ invitation, onClose }: { invitation: NewInvitation; onClose: () => void }): JSX.Element {
  const { t, moment } = useMemberWords();
  const { t: shell } = useTranslation();
  const { email, expiresAt, token } = invitation;
  return (
    <Modal
      opened
      size="lg"
      onClose={onClose}
      title={t('inviteDone', { email })}
      closeButtonProps={{ 'aria-label': shell('close') }}
    >
      <Stack>
        <Text size="sm">{t('inviteText', { when: moment(expiresAt) })}</Text>
        <Copied text={`${location.origin}/join#token=${token}`} label={t('inviteLink')} button={t('copyLink')} />
        <Group justify="flex-end">
          <Button onClick={onClose}>{t('done')}</Button>
        </Group>
      </Stack>
    </Modal>
  );
}
