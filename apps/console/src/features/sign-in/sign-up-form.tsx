import { Alert, Button, PasswordInput, Stack, TextInput } from '@mantine/core';
import { useState, type JSX } from 'react';
import { Form, FormProblem, fieldProblems } from '../../app/forms';
import type { SignedIn, Tokens } from '../../app/signed-in';
import { saidOf, useAsking } from './asking';
import { useSignInWords } from './sign-in-words';

const FIELDS = ['/email', '/password', '/name', '/workspaceName'];
const EMPTY = { email: '', password: '', name: '', workspaceName: '' };

/** An account, and a workspace of its own. */
export function SignUpForm({ signIn }: { signIn: SignedIn }): JSX.Element {
  const { t } = useSignInWords();
  const { busy, error, ask } = useAsking(signIn);
  const [draft, setDraft] = useState(EMPTY);
  const problems = fieldProblems(error);
  const said = saidOf(error, t);
  const field = (name: keyof typeof EMPTY): object => ({
    value: draft[name],
    onChange: ({ currentTarget: { value } }: { currentTarget: { value: string } }) => setDraft({ ...draft, [name]: value }),
    error: problems.at(`/${name}`),
    required: true,
    withAsterisk: false,
  });
  return (
    <Form
      error={error}
      onSubmit={() => ask<{ tokens: Tokens }>('/v1/sign-up', { ...draft, email: draft.email.trim() }, ({ tokens }) => tokens)}
    >
      <Stack>
        <TextInput label={t('name')} autoComplete="name" {...field('name')} />
        <TextInput label={t('email')} type="email" autoComplete="username" {...field('email')} />
        <PasswordInput
          label={t('password')}
          description={t('passwordHint')}
          autoComplete="new-password"
          visibilityToggleButtonProps={{ 'aria-label': t('show') }}
          {...field('password')}
        />
        <TextInput
          label={t('workspaceName')}
          description={t('workspaceHint')}
          autoComplete="organization"
          {...field('workspaceName')}
        />
        {said === null ? (
          <FormProblem error={error} fields={FIELDS} />
        ) : (
          <Alert color="red" role="alert">
            {said}
          </Alert>
        )}
        <Button type="submit" loading={busy}>
          {t('signUp')}
        </Button>
      </Stack>
    </Form>
  );
}
