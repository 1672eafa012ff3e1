import { Button, Group, Text, Title, useComputedColorScheme, useMantineColorScheme } from '@mantine/core';
import { Link, Outlet } from '@tanstack/react-router';
import { Suspense, lazy, type JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { chooseLanguage } from './i18n';
import { useLiveness } from './live';
import { PaletteButton } from './palette-button';
import { endSession, useSession } from './session';

const WorkspaceSwitcher = lazy(() => import('../features/workspaces/workspace-switcher'));

/** What every page has around it. */
export function Layout(): JSX.Element {
  const { t } = useTranslation();
  const session = useSession();
  const { scopes, account } = session;
  const operates = [...scopes].some((scope) => scope.startsWith('platform:'));
  return (
    <>
      <a className="shell-skip" href="#main">
        {t('skip')}
      </a>
      <header className="shell-header">
        <div className="shell-bar">
          <Title order={1} size="h4">
            Stead
          </Title>
          <nav aria-label="Stead">
            <Link className="shell-link" to="/" activeOptions={{ exact: true }}>
              {t('home')}
            </Link>
            {scopes.has('publications:read') && (
              <Link className="shell-link" to="/scenes">
                {t('studio')}
              </Link>
            )}
            {scopes.has('publications:read') && (
              <Link className="shell-link" to="/publications">
                {t('publications')}
              </Link>
            )}
            {scopes.has('privacy:read') && (
              <Link className="shell-link" to="/privacy">
                {t('privacy')}
              </Link>
            )}
            {scopes.has('publications:read') && (
              <Link className="shell-link" to="/analytics">
                {t('analytics')}
              </Link>
            )}
            <Link className="shell-link" to="/settings">
              {t('settings')}
            </Link>
            {operates && (
              <Link className="shell-link" to="/ops/$" params={{ _splat: '' }}>
                {t('backOffice')}
              </Link>
            )}
            <a className="shell-link" href="/docs">
              {t('reference')}
            </a>
          </nav>
          <Liveness />
          <Group gap="xs">
            <PaletteButton />
            {account !== null && (
              <Suspense fallback={null}>
                <WorkspaceSwitcher signIn={account.signIn} />
              </Suspense>
            )}
            <Appearance />
            <Button size="compact-sm" variant="default" onClick={() => void endSession(session)}>
              {t('signOut')}
            </Button>
          </Group>
        </div>
      </header>
      <main id="main" className="shell-main" tabIndex={-1}>
        <Outlet />
      </main>
    </>
  );
}

/** Language and colours: also where nobody is signed in. */
export function Appearance(): JSX.Element {
  const { t, i18n } = useTranslation();
  const { setColorScheme } = useMantineColorScheme();
  const dark = useComputedColorScheme('light') === 'dark';
  return (
    <>
      <Button
        size="compact-sm"
        variant="default"
        lang={i18n.language === 'ko' ? 'en' : 'ko'}
        onClick={() => chooseLanguage(i18n.language === 'ko' ? 'en' : 'ko')}
      >
        {t('otherLanguage')}
      </Button>
      <Button size="compact-sm" variant="default" onClick={() => setColorScheme(dark ? 'light' : 'dark')}>
        {dark ? t('toLight') : t('toDark')}
      </Button>
    </>
  );
}

function Liveness(): JSX.Element {
  const { t } = useTranslation();
  const state = useLiveness();
  return (
    <Text size="sm" c="dimmed" role="status" aria-live="polite">
      {state === 'live' ? `● ${t('live')}` : state === 'away' ? `○ ${t('unreachable')}` : t('connecting')}
    </Text>
  );
}
