import { Alert, Button, Group, Text } from '@mantine/core';
import type { JSX } from 'react';
import { useStudio } from '../studio-context';
import { useStudioWords } from '../studio-words';

/** What is to be pointed at, and how far one has got. */
export function PlacingBar(): JSX.Element | null {
  const { t } = useStudioWords();
  const { hands, stage } = useStudio();
  const { placing } = hands;
  if (placing === null) return null;
  const { request, got, missed } = placing;
  const open = request.most > request.least;
  return (
    <Alert color="blue" variant="light" className="studio-placing">
      <div role="status" aria-live="polite">
        <Text size="sm" fw={600}>
          {t(request.what)}
        </Text>
        <Text size="sm">
          {missed ? t('placeMissed') : t('placeHow')}{' '}
          {t(open ? 'placeCountOpen' : 'placeCount', { got: got.length, most: request.most, least: request.least })}
        </Text>
      </div>
      <Group gap="xs" mt="xs">
        <Button size="compact-sm" variant="default" disabled={stage === null} onClick={() => stage?.takeMiddle()}>
          {t('placeMiddle')}
        </Button>
        {open && (
          <Button size="compact-sm" disabled={got.length < request.least} onClick={hands.finish}>
            {t('placeDone')}
          </Button>
        )}
        {got.length > 0 && (
          <Button size="compact-sm" variant="default" onClick={hands.takeBack}>
            {t('placeBack')}
          </Button>
        )}
        <Button size="compact-sm" variant="default" onClick={hands.cancel}>
          {t('cancel')}
        </Button>
      </Group>
    </Alert>
  );
}
