import { Alert, Code, Loader, Text } from '@mantine/core';
import { createRootRoute, createRoute, createRouter, type ErrorComponentProps } from '@tanstack/react-router';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { HomePage } from '../features/home/home-page';
import { Layout } from './layout';

const rootRoute = createRootRoute({ component: Layout, notFoundComponent: NotFound, errorComponent: Broken });
const homeRoute = createRoute({ getParentRoute: () => rootRoute, path: '/', component: HomePage });
/** Filters and the like: what a page was looking at stands in its address. */
export type Search = Record<string, string>;
const validateSearch = (search: Record<string, unknown>): Search =>
  Object.fromEntries(
    Object.entries(search).flatMap(([name, value]) => (typeof value === 'object' ? [] : [[name, String(value)]])),
  );
/** Loaded when they are opened. */
const later = {
  getParentRoute: () => rootRoute,
  validateSearch,
  pendingComponent: () => <Loader aria-label="…" role="status" />,
};
const opsRoute = createRoute({ ...later, path: '/ops/$' }).lazy(() =>
  import('../features/ops/ops-route').then(({ opsLazyRoute }) => opsLazyRoute),
);
const publicationsRoute = createRoute({ ...later, path: '/publications' }).lazy(() =>
  import('../features/publications/publications-route').then(({ listLazyRoute }) => listLazyRoute),
);
const publicationRoute = createRoute({ ...later, path: '/publications/$publicationId' }).lazy(() =>
  import('../features/publications/publications-route').then(({ oneLazyRoute }) => oneLazyRoute),
);
const scenesRoute = createRoute({ ...later, path: '/scenes' }).lazy(() =>
  import('../features/studio/studio-route').then(({ listLazyRoute }) => listLazyRoute),
);
const sceneRoute = createRoute({ ...later, path: '/scenes/$sceneId' }).lazy(() =>
  import('../features/studio/studio-route').then(({ oneLazyRoute }) => oneLazyRoute),
);

export const router = createRouter({
  routeTree: rootRoute.addChildren([homeRoute, publicationsRoute, publicationRoute, scenesRoute, sceneRoute, opsRoute]),
  defaultPreload: 'intent',
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}

function NotFound(): JSX.Element {
  const { t } = useTranslation();
  return <Text>{t('notFound')}</Text>;
}

function Broken({ error }: ErrorComponentProps): JSX.Element {
  const { t } = useTranslation();
  return (
    <Alert color="red" role="alert" title={t('broken')}>
      <Code block>{error instanceof Error ? error.message : String(error)}</Code>
    </Alert>
  );
}
