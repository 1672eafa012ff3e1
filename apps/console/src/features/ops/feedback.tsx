import { Group, Loader, Progress, Stack, Text } from '@mantine/core';
import { useEffect, useState, type JSX } from 'react';
import { useOpsWords } from './ops-words';

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
