import { Radio, Stack } from '@mantine/core';
import type { JSX } from 'react';
import { useMemberWords } from './member-words';
import { useOwnRole, type Role } from './queries';

export const ROLES: readonly Role[] = ['owner', 'admin', 'editor', 'viewer', 'billing'];

export function RoleField({
  value,
  onChange,
  error,
}: {
  value: Role;
  onChange: (role: Role) => void;
  error: string | undefined;
}): JSX.Element {
  const { t } = useMemberWords();
  const own = useOwnRole();
  return (
    <Radio.Group
      label={t('role')}
      value={value}
      onChange={(role) => onChange(ROLES.find((known) => known === role) ?? value)}
      error={error}
    >
      <Stack gap="xs" mt="xs">
        {ROLES.filter((role) => role !== 'owner' || own === 'owner').map((role) => (
          <Radio key={role} value={role} label={t(role)} description={t(`${role}Hint`)} />
        ))}
      </Stack>
    </Radio.Group>
  );
}
