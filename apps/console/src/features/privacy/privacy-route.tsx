import { useQueryClient } from '@tanstack/react-query';
import { createLazyRoute } from '@tanstack/react-router';
import { useCallback, useEffect, useRef, type JSX } from 'react';
import type { StreamEvent } from '../../app/event-stream';
import { useLiveEvents } from '../../app/live';
import { useSession } from '../../app/session';
import { PrivacyPage } from './privacy-page';
import { PRIVACY, type Building } from './queries';
import { Refused } from './refused';
import { RequestPage } from './request-page';
import { ReviewPage } from './review-page';
import './privacy.css';

/** Each verdict is news: somebody who decides quickly does not have everything read anew each time. */
const NEWS_EVERY_MS = 700;
const NEWS = /^(privacy-review|blur-request|map-version|run)\./;
/** Bytes of pictures stay what they are, and so does who is signed in. */
const LASTING = new Set<unknown>(['picture', 'crop', 'me']);

export const listLazyRoute = createLazyRoute('/privacy')({ component: List });
export const reviewLazyRoute = createLazyRoute('/privacy/$reviewId')({ component: One });
export const requestLazyRoute = createLazyRoute('/privacy/requests/$requestId')({ component: Request });

/** What somebody else decides, asks for or builds is seen without a reload. */
function useNews(): void {
  const queries = useQueryClient();
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const onEvent = useCallback(
    ({ type, data }: StreamEvent) => {
      if (!NEWS.test(type)) return;
      if (type === 'run.progressed') {
        queries.setQueriesData<Building | null>({ queryKey: [PRIVACY, 'building'] }, (known) => progressed(known, data));
        return;
      }
      if (timer.current !== undefined) return;
      timer.current = setTimeout(() => {
        timer.current = undefined;
        void queries.invalidateQueries({ predicate: ({ queryKey: [part, what] }) => part === PRIVACY && !LASTING.has(what) });
      }, NEWS_EVERY_MS);
    },
    [queries],
  );
  useLiveEvents(onEvent);
}

function progressed(known: Building | null | undefined, news: Record<string, unknown>): Building | null | undefined {
  const { runId, percent } = news;
  return known && known.runId === runId && typeof percent === 'number' ? { ...known, percent } : known;
}

function List(): JSX.Element {
  useNews();
  const { scopes } = useSession();
  return scopes.has('privacy:read') ? <PrivacyPage /> : <Refused />;
}

function One(): JSX.Element {
  useNews();
  const { scopes } = useSession();
  const { reviewId } = reviewLazyRoute.useParams();
  // Another review is another page: nothing half-drawn is carried over.
  return scopes.has('privacy:read') ? <ReviewPage key={reviewId} reviewId={reviewId} /> : <Refused />;
}

function Request(): JSX.Element {
  useNews();
  const { scopes } = useSession();
  const { requestId } = requestLazyRoute.useParams();
  return scopes.has('privacy:read') ? <RequestPage key={requestId} requestId={requestId} /> : <Refused />;
}
