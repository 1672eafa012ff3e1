import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useRouter } from '@tanstack/react-router';
import { useState, type JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { body, useAction, useRead } from '../../app/api';
import { featureWords } from '../../app/feature-words';
import { Loading, ProblemAlert } from '../../app/feedback';
import { Form, FormProblem, fieldProblems } from '../../app/forms';
import { useSession } from '../../app/session';
import type { SignedIn } from '../../app/signed-in';
import { english, korean, type WorkspaceWords } from './words';

const useWords = featureWords<WorkspaceWords>('workspaces', { en: english, ko: korean });
const WORKSPACES = ['workspaces'];
const NAME_MAX = 24;

/** Which workspace this tab is in, and the way to another one. */
export default function WorkspaceSwitcher({ signIn }: { signIn: SignedIn }): JSX.Element {
  const { t } = useWords();
  const [open, setOpen] = useState(false);
  const { workspaceId } = useSession();
  const { data } = useRead(WORKSPACES, async (api) => body(await api.GET('/v1/workspaces')));
  const name = data?.items.find(({ id }) => id === workspaceId)?.name ?? '…';
  return (
    <>
      <Button
        size="compact-sm"
        variant="default"
        aria-haspopup="dialog"
        aria-label={t('switch', { name })}
        onClick={() => setOpen(true)}
      >
        {name.length > NAME_MAX ? `${name.slice(0, NAME_MAX)}…` : name} ▾
      </Button>
      {open && <WorkspacesDialog signIn={signIn} onClose={() => setOpen(false)} />}
    </>
  );
}

function WorkspacesDialog({ signIn, onClose }: { signIn: SignedIn; onClose: () => void }): JSX.Element {
  const { t } = useWords();
  const { t: shell } = useTranslation();
  const { workspaceId } = useSession();
  const router = useRouter();
  const { data, error } = useRead(WORKSPACES, async (api) => body(await api.GET('/v1/workspaces')));
  /** What is open belongs to the workspace that is left. */
  const move = async (id: string): Promise<void> => {
    await router.navigate({ to: '/' });
    await signIn.switchTo(id);
  };
  const change = useAction(WORKSPACES, (_, id: string) => move(id));
  return (
    <Modal opened onClose={onClose} title={t('title')} closeButtonProps={{ 'aria-label': shell('close') }}>
      <Stack>
        <ProblemAlert error={error ?? change.error} />
        {data === undefined && error === null && <Loading />}
        <ul className="plain-list">
          {data?.items.map(({ id, name, role }) => (
            <li key={id}>
              <Button
                fullWidth
                variant={id === workspaceId ? 'filled' : 'default'}
                justify="space-between"
                aria-current={id === workspaceId}
                loading={change.isPending && change.variables === id}
                rightSection={<Text size="xs">{id === workspaceId ? t('here') : t(role)}</Text>}
                onClick={() => (id === workspaceId ? onClose() : change.mutate(id))}
              >
                {name}
              </Button>
            </li>
          ))}
        </ul>
        <NewWorkspace move={move} />
      </Stack>
    </Modal>
  );
}

function NewWorkspace({ move }: { move: (id: string) => Promise<void> }): JSX.Element {
  const { t } = useWords();
  const [name, setName] = useState('');
  const make = useAction(WORKSPACES, async (api, _: null) => {
    const { id } = body(await api.POST('/v1/workspaces', { body: { name: name.trim() } }));
    await move(id);
  });
  return (
    <Form error={make.error} onSubmit={() => make.mutate(null)}>
      <Stack gap="xs">
        <Group align="end" gap="xs">
          <TextInput
            flex={1}
            label={t('name')}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            error={fieldProblems(make.error).at('/name')}
          />
          <Button type="submit" loading={make.isPending} disabled={name.trim() === ''}>
            {t('make')}
          </Button>
        </Group>
        <FormProblem error={make.error} fields={['/name']} />
      </Stack>
    </Form>
  );
}
