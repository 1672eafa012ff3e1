import { Alert, Stack, Title } from '@mantine/core';
import type { JSX } from 'react';
import { usePublicationWords } from './publication-words';

export function Refused(): JSX.Element {
  const { t } = usePublicationWords();
  return (
    <Stack>
      <Title order={2}>{t('title')}</Title>
      <Alert color="yellow" role="alert">
        {t('missingRead')}
      </Alert>
    </Stack>
  );
}
