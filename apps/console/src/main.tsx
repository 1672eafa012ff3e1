import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode, useEffect, useState, type JSX } from 'react';
import { createRoot } from 'react-dom/client';
import './app/mantine.css';
import './app/shell.css';
import { startWords } from './app/i18n';
import { LiveProvider } from './app/live';
import { router } from './app/router';
import { SessionContext, knownKey, openSession, type Session } from './app/session';
import { schemes, theme } from './app/theme';
import { SignInPage, problemOf } from './features/sign-in/sign-in-page';

const queries = new QueryClient({ defaultOptions: { queries: { retry: 2, staleTime: 1_000 } } });

function Console({ firstKey }: { firstKey: string | null }): JSX.Element | null {
  const [session, setSession] = useState<Session | null>(null);
  const [refused, setRefused] = useState<Parameters<typeof SignInPage>[0]['refused']>(null);
  const [asking, setAsking] = useState(firstKey !== null);
  useEffect(() => {
    if (firstKey === null) return;
    openSession(firstKey)
      .then(setSession, (error: unknown) => setRefused(problemOf(error)))
      .finally(() => setAsking(false));
  }, [firstKey]);
  if (asking) return null;
  if (session === null) return <SignInPage onSession={setSession} refused={refused} />;
  return (
    <SessionContext value={session}>
      <LiveProvider>
        <RouterProvider router={router} />
      </LiveProvider>
    </SessionContext>
  );
}

startWords();
const root = document.getElementById('root');
if (root === null) throw new Error('the page has no #root');
createRoot(root).render(
  <StrictMode>
    <MantineProvider theme={theme} colorSchemeManager={schemes} defaultColorScheme="auto">
      <QueryClientProvider client={queries}>
        <Console firstKey={knownKey()} />
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
