import { Alert, Button, PasswordInput, Stack, TextInput } from '@mantine/core';
import { useState, type JSX } from 'react';
import { Form, FormProblem, fieldProblems } from '../../app/forms';
import type { SignedIn, Tokens } from '../../app/signed-in';
import { saidOf, useAsking } from './asking';
import { useSignInWords } from './sign-in-words';

export function SignInForm({ signIn }: { signIn: SignedIn }): JSX.Element {
  const { t } = useSignInWords();
  const { busy, error, ask } = useAsking(signIn);
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const said = saidOf(error, t);
  return (
    <Form error={error} onSubmit={() => ask<Tokens>('/v1/sessions', { email: email.trim(), password }, (tokens) => tokens)}>
      <Stack>
        <TextInput
          label={t('email')}
          type="email"
          autoComplete="username"
          value={email}
          onChange={(event) => setEmail(event.currentTarget.value)}
          error={fieldProblems(error).at('/email')}
          required
          withAsterisk={false}
        />
        <PasswordInput
          label={t('password')}
          autoComplete="current-password"
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          error={fieldProblems(error).at('/password')}
          visibilityToggleButtonProps={{ 'aria-label': t('show') }}
          required
          withAsterisk={false}
        />
        {said === null ? (
          <FormProblem error={error} fields={['/email', '/password']} />
        ) : (
          <Alert color="red" role="alert">
            {said}
          </Alert>
        )}
        <Button type="submit" loading={busy}>
          {t('signIn')}
        </Button>
      </Stack>
    </Form>
  );
}
