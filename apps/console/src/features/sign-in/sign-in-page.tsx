import { Alert, Button, Group, Paper, PasswordInput, Stack, Title } from '@mantine/core';
import { useState, type FormEvent, type JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { Appearance } from '../../app/layout';
import { KeyRefused, openSession, type Session } from '../../app/session';

type Problem = 'keyRefused' | 'unreachable';

/** With an API key, which stays in the tab. */
export function SignInPage({
  onSession,
  refused,
}: {
  onSession: (session: Session) => void;
  refused: Problem | null;
}): JSX.Element {
  const { t } = useTranslation();
  const [key, setKey] = useState('');
  const [problem, setProblem] = useState<Problem | null>(refused);
  const [asking, setAsking] = useState(false);
  const signIn = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setAsking(true);
    try {
      onSession(await openSession(key.trim()));
    } catch (error) {
      setProblem(problemOf(error));
      setAsking(false);
    }
  };
  return (
    <main id="main" className="shell-main">
      <Stack maw={480} mx="auto" mt="xl">
        <Group justify="space-between">
          <Title order={1} size="h2">
            Stead
          </Title>
          <Group gap="xs">
            <Appearance />
          </Group>
        </Group>
        <Paper withBorder p="lg">
          <form onSubmit={(event) => void signIn(event)}>
            <Stack>
              <Title order={2} size="h4">
                {t('signIn')}
              </Title>
              <PasswordInput
                label={t('apiKey')}
                value={key}
                onChange={(event) => setKey(event.currentTarget.value)}
                autoComplete="off"
                required
                data-autofocus
              />
              {problem !== null && (
                <Alert color="red" role="alert">
                  {t(problem)}
                </Alert>
              )}
              <Button type="submit" loading={asking}>
                {t('signIn')}
              </Button>
            </Stack>
          </form>
        </Paper>
      </Stack>
    </main>
  );
}

export function problemOf(error: unknown): Problem {
  return error instanceof KeyRefused ? 'keyRefused' : 'unreachable';
}
