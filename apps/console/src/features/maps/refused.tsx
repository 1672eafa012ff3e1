import { Alert } from '@mantine/core';
import type { JSX } from 'react';
import { useMapWords } from './map-words';

export function Refused({ scope }: { scope: string }): JSX.Element {
  const { t } = useMapWords();
  return (
    <Alert color="yellow" role="alert">
      {t('missingRead', { scope })}
    </Alert>
  );
}
