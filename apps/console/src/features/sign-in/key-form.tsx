import { Alert, Button, PasswordInput, Stack } from '@mantine/core';
import { useState, type FormEvent, type JSX } from 'react';
import { KeyRefused, openSession, type Session } from '../../app/session';
import { useSignInWords } from './sign-in-words';

export function KeyForm({ onKey }: { onKey: (session: Session) => void }): JSX.Element {
  const { t } = useSignInWords();
  const [key, setKey] = useState('');
  const [problem, setProblem] = useState<'keyRefused' | 'unreachable' | null>(null);
  const [asking, setAsking] = useState(false);
  const signIn = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setAsking(true);
    try {
      onKey(await openSession(key.trim()));
    } catch (error) {
      setProblem(error instanceof KeyRefused ? 'keyRefused' : 'unreachable');
      setAsking(false);
    }
  };
  return (
    <form onSubmit={(event) => void signIn(event)}>
      <Stack>
        <PasswordInput
          label={t('byKey')}
          description={t('keyHint')}
          value={key}
          onChange={(event) => setKey(event.currentTarget.value)}
          autoComplete="off"
          visibilityToggleButtonProps={{ 'aria-label': t('show') }}
          required
          withAsterisk={false}
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
  );
}
