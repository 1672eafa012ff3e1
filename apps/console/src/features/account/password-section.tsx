import { Alert, Button, Paper, PasswordInput, Stack, Text, Title } from '@mantine/core';
import { useState, type JSX } from 'react';
import { ApiProblem, SteadClient } from '@stead/web/api-client';
import { Form, FormProblem, fieldProblems } from '../../app/forms';
import { useSession, type Account } from '../../app/session';
import type { Tokens } from '../../app/signed-in';
import { useAccountWords } from './account-words';

export function PasswordSection({ account }: { account: Account }): JSX.Element {
  const { t } = useAccountWords();
  const { key } = useSession();
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const [done, setDone] = useState(false);
  const change = async (): Promise<void> => {
    setBusy(true);
    setDone(false);
    try {
      // Asked once: a wrong password is not tried again by us.
      const client = new SteadClient({ baseUrl: '', credential: key, triesMax: 1 });
      const asked = { currentPassword: current, newPassword: next, cookie: true };
      account.signIn.take(await client.post<Tokens>('/v1/me/password', asked));
      setCurrent('');
      setNext('');
      setError(null);
      setDone(true);
    } catch (problem) {
      setError(problem);
    }
    setBusy(false);
  };
  const problems = fieldProblems(error);
  const code = error instanceof ApiProblem ? error.code : '';
  const waitS = error instanceof ApiProblem && error.status === 429 ? error.retryAfterS : null;
  return (
    <Paper component="section" withBorder p="md" aria-labelledby="password-title">
      <Form error={error} onSubmit={() => void change()}>
        <Stack maw="28rem">
          <Title order={3} size="h4" id="password-title">
            {t('password')}
          </Title>
          <Text size="sm">{t('passwordText')}</Text>
          {/* For whoever keeps passwords, so that it knows whose this is. */}
          <input type="text" autoComplete="username" value={account.email} readOnly hidden />
          <PasswordInput
            label={t('current')}
            autoComplete="current-password"
            value={current}
            onChange={(event) => setCurrent(event.currentTarget.value)}
            error={code === 'workspaces/password-wrong' ? t('wrong') : problems.at('/currentPassword')}
            visibilityToggleButtonProps={{ 'aria-label': t('show') }}
            required
            withAsterisk={false}
          />
          <PasswordInput
            label={t('next')}
            description={t('nextHint')}
            autoComplete="new-password"
            value={next}
            onChange={(event) => setNext(event.currentTarget.value)}
            error={code === 'workspaces/password-too-common' ? t('tooCommon') : problems.at('/newPassword')}
            visibilityToggleButtonProps={{ 'aria-label': t('show') }}
            required
            withAsterisk={false}
          />
          {waitS === null ? (
            <FormProblem error={error} fields={['/currentPassword', '/newPassword']} />
          ) : (
            <Alert color="red" role="alert">
              {t('tooMany', { seconds: waitS })}
            </Alert>
          )}
          <Text size="sm" role="status" aria-live="polite">
            {done ? t('changed') : ''}
          </Text>
          <Button type="submit" loading={busy}>
            {t('change')}
          </Button>
        </Stack>
      </Form>
    </Paper>
  );
}
