import { Alert, Group, Loader, Progress, Stack, Text } from '@mantine/core';
import { useEffect, useState, type JSX } from 'react';
import { useOpsWords } from './ops-words';

/** What the server said against it, field by field. */
export function ProblemAlert({ error }: { error: unknown }): JSX.Element | null {
  if (error === null || error === undefined) return null;
  const { title, detail, errors } = partsOf(error);
  return (
    <Alert color="red" role="alert" title={title}>
      <Text size="sm">{detail}</Text>
      {errors.length > 1 && (
        <ul>
          {errors.map(({ pointer, detail: text }) => (
            <li key={pointer + text}>
              <Text size="sm">{text}</Text>
            </li>
          ))}
        </ul>
      )}
    </Alert>
  );
}

interface Parts {
  title: string;
  detail: string;
  errors: readonly { pointer: string; detail: string }[];
}

function partsOf(error: unknown): Parts {
  if (!(error instanceof Error)) return { title: String(error), detail: '', errors: [] };
  const { title = error.name, detail = error.message, errors = [] } = error as Partial<Parts>; // an ApiProblem has them
  return { title, detail: detail === '' ? error.message : detail, errors };
}

/** Something that takes longer than a moment, with for how long it has. */
export function Working({ what }: { what: string }): JSX.Element {
  const { t } = useOpsWords();
  const [seconds, setSeconds] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => setSeconds((count) => count + 1), 1_000);
    return () => clearInterval(timer);
  }, []);
  return (
    <Stack gap={4} role="status">
      <Group gap="xs">
        <Loader size="xs" />
        <Text size="sm">
          {what} {seconds > 0 && t('elapsed', { seconds })}
        </Text>
      </Group>
      <Progress value={100} animated aria-label={what} size="sm" />
    </Stack>
  );
}

export function Loading(): JSX.Element {
  const { t } = useOpsWords();
  return <Loader aria-label={t('loading')} role="status" />;
}
