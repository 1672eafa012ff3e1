import { createLazyRoute } from '@tanstack/react-router';
import type { JSX } from 'react';
import { OpsPage } from './ops-page';
import './ops.css';

export const opsLazyRoute = createLazyRoute('/ops/$')({ component: OpsSection });

function OpsSection(): JSX.Element {
  const { _splat: section = '' } = opsLazyRoute.useParams();
  return <OpsPage section={section === '' ? 'clusters' : section} />;
}
