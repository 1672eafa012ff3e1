import { useQueryClient } from '@tanstack/react-query';
import { createLazyRoute } from '@tanstack/react-router';
import { useCallback, type JSX } from 'react';
import type { StreamEvent } from '../../app/event-stream';
import { useLiveEvents } from '../../app/live';
import { useSession } from '../../app/session';
import { PublicationPage } from './publication-page';
import { PublicationsPage } from './publications-page';
import { PUBLICATIONS } from './queries';
import { Refused } from './refused';
import './publications.css';

const NEWS = /^(publication|map-version)\./;

export const listLazyRoute = createLazyRoute('/publications')({ component: List });
export const oneLazyRoute = createLazyRoute('/publications/$publicationId')({ component: One });

/** What somebody else publishes, or finishes to build, is seen without a reload. */
function useNews(): void {
  const queries = useQueryClient();
  const onEvent = useCallback(
    ({ type }: StreamEvent) => {
      if (NEWS.test(type)) void queries.invalidateQueries({ queryKey: [PUBLICATIONS] });
    },
    [queries],
  );
  useLiveEvents(onEvent);
}

function List(): JSX.Element {
  useNews();
  const { scopes } = useSession();
  return scopes.has('publications:read') ? <PublicationsPage /> : <Refused />;
}

function One(): JSX.Element {
  useNews();
  const { scopes } = useSession();
  const { publicationId } = oneLazyRoute.useParams();
  // Another publication is another page: nothing half-typed is carried over.
  return scopes.has('publications:read') ? <PublicationPage key={publicationId} publicationId={publicationId} /> : <Refused />;
}
