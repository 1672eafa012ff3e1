import { Alert, Code, Loader, Text } from '@mantine/core';
import { createRootRoute, createRoute, createRouter, type ErrorComponentProps } from '@tanstack/react-router';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { HomePage } from '../features/home/home-page';
import { Layout } from './layout';

const rootRoute = createRootRoute({ component: Layout, notFoundComponent: NotFound, errorComponent: Broken });
const homeRoute = createRoute({ getParentRoute: () => rootRoute, path: '/', component: HomePage });
/** Filters and the like: what a page was looking at stands in its address. */
export type OpsSearch = Record<string, string>;
const opsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/ops/$',
  validateSearch: (search: Record<string, unknown>): OpsSearch =>
    Object.fromEntries(
      Object.entries(search).flatMap(([name, value]) => (typeof value === 'object' ? [] : [[name, String(value)]])),
    ),
  pendingComponent: () => <Loader aria-label="…" role="status" />,
}).lazy(() => import('../features/ops/ops-route').then(({ opsLazyRoute }) => opsLazyRoute));

export const router = createRouter({
  routeTree: rootRoute.addChildren([homeRoute, opsRoute]),
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
