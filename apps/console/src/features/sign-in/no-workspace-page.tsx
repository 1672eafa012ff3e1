import { Button, Stack, Text, TextInput, Title } from '@mantine/core';
import { useState, type JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { body, useAction } from '../../app/api';
import { Form, FormProblem, fieldProblems } from '../../app/forms';
import { endSession, useSession } from '../../app/session';
import { FrontPage } from './front-page';
import { useSignInWords } from './sign-in-words';

/** Whoever has left all of theirs goes on here. */
export default function NoWorkspacePage(): JSX.Element {
  const { t } = useSignInWords();
  const { t: shell } = useTranslation();
  const session = useSession();
  const [name, setName] = useState('');
  const make = useAction(['workspaces'], async (api, _: null) => {
    const { id } = body(await api.POST('/v1/workspaces', { body: { name: name.trim() } }));
    await session.account?.signIn.switchTo(id);
  });
  return (
    <FrontPage>
      <Form error={make.error} onSubmit={() => make.mutate(null)}>
        <Stack>
          <Title order={2} size="h4">
            {t('noWorkspaceTitle')}
          </Title>
          <Text size="sm">{t('noWorkspaceText')}</Text>
          <TextInput
            label={t('workspaceName')}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            error={fieldProblems(make.error).at('/name')}
            required
            withAsterisk={false}
          />
          <FormProblem error={make.error} fields={['/name']} />
          <Button type="submit" loading={make.isPending}>
            {t('makeWorkspace')}
          </Button>
          <Button variant="default" onClick={() => void endSession(session)}>
            {shell('signOut')}
          </Button>
        </Stack>
      </Form>
    </FrontPage>
  );
}
