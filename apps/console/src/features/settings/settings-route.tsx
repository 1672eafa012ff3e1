import { Navigate, createLazyRoute } from '@tanstack/react-router';
import type { JSX } from 'react';

export const settingsLazyRoute = createLazyRoute('/settings')({ component: Settings });

/** The first of the pages that everybody has. */
function Settings(): JSX.Element {
  return <Navigate to="/settings/members" replace />;
}
