import { Alert, Stack, Title } from '@mantine/core';
import type { JSX } from 'react';
import { usePrivacyWords } from './privacy-words';

export function Refused(): JSX.Element {
  const { t } = usePrivacyWords();
  return (
    <Stack>
      <Title order={2}>{t('title')}</Title>
      <Alert color="yellow" role="alert">
        {t('missingRead')}
      </Alert>
    </Stack>
  );
}
