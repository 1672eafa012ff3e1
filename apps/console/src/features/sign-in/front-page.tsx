import { Group, Paper, Stack, Title } from '@mantine/core';
import type { JSX, ReactNode } from 'react';
import { Appearance } from '../../app/layout';

/** What stands before the console: nobody is in a workspace yet. */
export function FrontPage({ children }: { children: ReactNode }): JSX.Element {
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
          {children}
        </Paper>
      </Stack>
    </main>
  );
}
