import { Alert, Stack, Title } from '@mantine/core';
import { createLazyRoute } from '@tanstack/react-router';
import type { JSX } from 'react';
import { useSession } from '../../app/session';
import { ScenePage } from './scene-page';
import { ScenesPage } from './scenes-page';
import { useStudioWords } from './studio-words';
import './studio.css';

export const listLazyRoute = createLazyRoute('/scenes')({ component: List });
export const oneLazyRoute = createLazyRoute('/scenes/$sceneId')({ component: One });

function List(): JSX.Element {
  const { scopes } = useSession();
  return scopes.has('publications:read') ? <ScenesPage /> : <Refused />;
}

function One(): JSX.Element {
  const { scopes } = useSession();
  const { sceneId } = oneLazyRoute.useParams();
  // Another scene is another page: nothing half-done is carried over.
  return scopes.has('publications:read') ? <ScenePage key={sceneId} sceneId={sceneId} /> : <Refused />;
}

function Refused(): JSX.Element {
  const { t } = useStudioWords();
  return (
    <Stack>
      <Title order={2}>{t('scenes')}</Title>
      <Alert color="yellow" role="alert">
        {t('missingRead')}
      </Alert>
    </Stack>
  );
}
