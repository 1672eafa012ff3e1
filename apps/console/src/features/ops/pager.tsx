import { Button, Group } from '@mantine/core';
import type { JSX } from 'react';
import { useOpsWords } from './ops-words';

export function Pager({
  cursor,
  next,
  onChange,
}: {
  cursor: string;
  next: string | null;
  onChange: (cursor: string) => void;
}): JSX.Element | null {
  const { t } = useOpsWords();
  if (cursor === '' && next === null) return null;
  return (
    <Group>
      <Button variant="default" size="compact-sm" disabled={cursor === ''} onClick={() => onChange('')}>
        {t('first')}
      </Button>
      <Button variant="default" size="compact-sm" disabled={next === null} onClick={() => onChange(next ?? '')}>
        {t('older')}
      </Button>
    </Group>
  );
}
