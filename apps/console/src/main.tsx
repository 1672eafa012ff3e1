import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode, Suspense, lazy, useEffect, useState, type JSX } from 'react';
import { createRoot } from 'react-dom/client';
import './app/mantine.css';
import './app/shell.css';
import { startWords } from './app/i18n';
import { LiveProvider } from './app/live';
import { router } from './app/router';
import { KeyRefused, SessionContext, knownKey, openSession, type Notice, type Session } from './app/session';
import { SignedIn, type Told } from './app/signed-in';
import { schemes, theme } from './app/theme';

/** What only those need who are not signed in, or in no workspace. */
const SignInPage = lazy(() => import('./features/sign-in/sign-in-page'));
const JoinPage = lazy(() => import('./features/sign-in/join-page'));
const NoWorkspacePage = lazy(() => import('./features/sign-in/no-workspace-page'));

type Who = Session | { nobody: Notice | null } | null;

const queries = new QueryClient({ defaultOptions: { queries: { retry: 2, staleTime: 1_000 } } });

function Console({ firstKey }: { firstKey: string | null }): JSX.Element | null {
  const [who, setWho] = useState<Who>(null);
  const [signIn] = useState(() => {
    const told: Told = (news) => {
      queries.clear(); // of another workspace, or of nobody
      setWho(news === 'over' ? { nobody: 'ended' } : news);
    };
    return new SignedIn(told);
  });
  useEffect(() => {
    const failed = (error: unknown): void => setWho({ nobody: noticeOf(error, firstKey) });
    if (firstKey !== null) openSession(firstKey).then(setWho, failed);
    else if (SignedIn.isKnown()) signIn.resume().catch(failed);
    else setWho({ nobody: null });
  }, [firstKey, signIn]);
  if (who === null) return null;
  const joining = location.pathname === '/join';
  if ('nobody' in who) return <SignInPage notice={who.nobody} joining={joining} signIn={signIn} onKey={setWho} />;
  return (
    <SessionContext value={who}>
      {joining ? <JoinPage /> : who.workspaceId === null ? <NoWorkspacePage /> : <Pages key={who.workspaceId} />}
    </SessionContext>
  );
}

function Pages(): JSX.Element {
  return (
    <LiveProvider>
      <RouterProvider router={router} />
    </LiveProvider>
  );
}

function noticeOf(error: unknown, key: string | null): Notice {
  if (error instanceof KeyRefused) return 'keyRefused';
  return key === null && error instanceof Error && 'status' in error && error.status === 401 ? 'ended' : 'unreachable';
}

startWords();
const root = document.getElementById('root');
if (root === null) throw new Error('the page has no #root');
createRoot(root).render(
  <StrictMode>
    <MantineProvider theme={theme} colorSchemeManager={schemes} defaultColorScheme="auto">
      <QueryClientProvider client={queries}>
        <Suspense fallback={null}>
          <Console firstKey={knownKey()} />
        </Suspense>
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
