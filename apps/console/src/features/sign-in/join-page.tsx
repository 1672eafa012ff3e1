import { Alert, Button, Group, Stack, Text, Title } from '@mantine/core';
import { useState, type JSX } from 'react';
import { ApiProblem } from '@stead/web/api-client';
import { body, useAction } from '../../app/api';
import { ProblemAlert } from '../../app/feedback';
import { forgetKey, useSession, type Account } from '../../app/session';
import { FrontPage } from './front-page';
import { useSignInWords } from './sign-in-words';

/** From the fragment, which no server sees. */
function invitationToken(): string {
  return new URLSearchParams(location.hash.slice(1)).get('token') ?? '';
}

/** Where the link of an invitation leads, once somebody is signed in. */
export default function JoinPage(): JSX.Element {
  const { t } = useSignInWords();
  const { account } = useSession();
  const [token] = useState(invitationToken);
  return (
    <FrontPage>
      <Stack>
        <Title order={2} size="h4">
          {t('joinTitle')}
        </Title>
        {token === '' ? (
          <Alert color="yellow" role="alert">
            {t('joinNoToken')}
          </Alert>
        ) : account === null ? (
          <NeedsAccount />
        ) : (
          <Accept token={token} account={account} />
        )}
        <Button component="a" href="/" variant="default">
          {t('toConsole')}
        </Button>
      </Stack>
    </FrontPage>
  );
}

function NeedsAccount(): JSX.Element {
  const { t } = useSignInWords();
  return (
    <>
      <Alert color="yellow" role="alert">
        {t('joinNeedsAccount')}
      </Alert>
      <Button
        onClick={() => {
          forgetKey();
          location.reload();
        }}
      >
        {t('somebodyElse')}
      </Button>
    </>
  );
}

const SAID = {
  'workspaces/invitation-closed': 'joinClosed',
  'workspaces/invitation-not-found': 'joinNotFound',
  'workspaces/invitation-not-yours': 'joinNotYours',
  'workspaces/already-member': 'joinAlready',
} as const;

function Accept({ token, account }: { token: string; account: Account }): JSX.Element {
  const { t } = useSignInWords();
  const accept = useAction(['workspaces'], async (api, _: null) => {
    const { id } = body(await api.POST('/v1/workspaces/join', { body: { token } }));
    history.replaceState(null, '', '/'); // an invitation works once
    await account.signIn.switchTo(id);
  });
  const { error } = accept;
  const said = error instanceof ApiProblem ? SAID[error.code as keyof typeof SAID] : undefined; // others are shown as they are
  const leave = async (): Promise<void> => {
    await account.signIn.end();
    location.reload(); // with the invitation still in the address
  };
  return (
    <>
      <Text size="sm">{t('joinAs', { email: account.email })}</Text>
      {said === undefined ? (
        <ProblemAlert error={error} />
      ) : (
        <Alert color="red" role="alert">
          {t(said)}
        </Alert>
      )}
      <Group>
        <Button loading={accept.isPending} onClick={() => accept.mutate(null)}>
          {t('join')}
        </Button>
        <Button variant="default" onClick={() => void leave()}>
          {t('somebodyElse')}
        </Button>
      </Group>
    </>
  );
}
