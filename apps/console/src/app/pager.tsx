import { Button, Group } from '@mantine/core';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';

/** Lists are read by cursor: there is a first page and a next one, and no number of pages. */
export function Pager({
  cursor,
  next,
  onChange,
}: {
  cursor: string;
  next: string | null;
  onChange: (cursor: string) => void;
}): JSX.Element | null {
  const { t } = useTranslation();
  if (cursor === '' && next === null) return null;
  return (
    <Group>
      <Button variant="default" size="compact-sm" disabled={cursor === ''} onClick={() => onChange('')}>
        {t('firstPage')}
      </Button>
      <Button variant="default" size="compact-sm" disabled={next === null} onClick={() => onChange(next ?? '')}>
        {t('nextPage')}
      </Button>
    </Group>
  );
}
