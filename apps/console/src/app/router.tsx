import { Alert, Code, Loader, Text } from '@mantine/core';
import { createRootRoute, createRoute, createRouter, type ErrorComponentProps } from '@tanstack/react-router';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { HomePage } from '../features/home/home-page';
import { Layout } from './layout';

const rootRoute = createRootRoute({ component: Layout, notFoundComponent: NotFound, errorComponent: Broken });
/** Filters and the like: what a page was looking at stands in its address. */
export type Search = Record<string, string>;
const validateSearch = (search: Record<string, unknown>): Search =>
  Object.fromEntries(
    Object.entries(search).flatMap(([name, value]) => (typeof value === 'object' ? [] : [[name, String(value)]])),
  );
const homeRoute = createRoute({ getParentRoute: () => rootRoute, path: '/', component: HomePage, validateSearch });
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
const newMapRoute = createRoute({ ...later, path: '/maps/new' }).lazy(() =>
  import('../features/maps/new/new-map-route').then(({ newMapLazyRoute }) => newMapLazyRoute),
);
const mapRoute = createRoute({ ...later, path: '/maps/$mapId' }).lazy(() =>
  import('../features/maps/maps-routes').then(({ mapLazyRoute }) => mapLazyRoute),
);
const runRoute = createRoute({ ...later, path: '/runs/$runId' }).lazy(() =>
  import('../features/maps/maps-routes').then(({ runLazyRoute }) => runLazyRoute),
);

const privacyRoute = createRoute({ ...later, path: '/privacy' }).lazy(() =>
  import('../features/privacy/privacy-route').then(({ listLazyRoute }) => listLazyRoute),
);
const reviewRoute = createRoute({ ...later, path: '/privacy/$reviewId' }).lazy(() =>
  import('../features/privacy/privacy-route').then(({ reviewLazyRoute }) => reviewLazyRoute),
);
const blurRequestRoute = createRoute({ ...later, path: '/privacy/requests/$requestId' }).lazy(() =>
  import('../features/privacy/privacy-route').then(({ requestLazyRoute }) => requestLazyRoute),
);
const privacyRoutes = [privacyRoute, reviewRoute, blurRequestRoute] as const;

const analyticsRoute = createRoute({ ...later, path: '/analytics' }).lazy(() =>
  import('../features/analytics/analytics-route').then(({ analyticsLazyRoute }) => analyticsLazyRoute),
);
const settingsRoute = createRoute({ ...later, path: '/settings' }).lazy(() =>
  import('../features/settings/settings-route').then(({ settingsLazyRoute }) => settingsLazyRoute),
);
const accountRoute = createRoute({ ...later, path: '/settings/account' }).lazy(() =>
  import('../features/account/account-route').then(({ accountLazyRoute }) => accountLazyRoute),
);
const membersRoute = createRoute({ ...later, path: '/settings/members' }).lazy(() =>
  import('../features/members/members-route').then(({ membersLazyRoute }) => membersLazyRoute),
);
const keysRoute = createRoute({ ...later, path: '/settings/keys' }).lazy(() =>
  import('../features/api-keys/api-keys-route').then(({ keysLazyRoute }) => keysLazyRoute),
);
const webhooksRoute = createRoute({ ...later, path: '/settings/webhooks' }).lazy(() =>
  import('../features/webhooks/webhooks-route').then(({ webhooksLazyRoute }) => webhooksLazyRoute),
);
const webhookRoute = createRoute({ ...later, path: '/settings/webhooks/$webhookId' }).lazy(() =>
  import('../features/webhooks/webhooks-route').then(({ webhookLazyRoute }) => webhookLazyRoute),
);
const settingsRoutes = [settingsRoute, accountRoute, membersRoute, keysRoute, webhooksRoute, webhookRoute] as const;

const scenesRoute = createRoute({ ...later, path: '/scenes' }).lazy(() =>
  import('../features/studio/studio-route').then(({ listLazyRoute }) => listLazyRoute),
);
const sceneRoute = createRoute({ ...later, path: '/scenes/$sceneId' }).lazy(() =>
  import('../features/studio/studio-route').then(({ oneLazyRoute }) => oneLazyRoute),
);

export const router = createRouter({
  routeTree: rootRoute.addChildren([
    homeRoute,
    newMapRoute,
    mapRoute,
    runRoute,
    publicationsRoute,
    publicationRoute,
    ...privacyRoutes,
    analyticsRoute,
    ...settingsRoutes,
    scenesRoute,
    sceneRoute,
    opsRoute,
  ]),
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
