import { Alert, Stack, Text, Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { JSX, ReactNode } from 'react';
import { featureWords } from '../../app/feature-words';
import { useSession } from '../../app/session';
import { english, korean, type SettingsWords } from './words';
import './settings.css';

const useWords = featureWords<SettingsWords>('settings', { en: english, ko: korean });

interface Frame {
  title: string;
  intro: string;
  /** What a page needs to be read, and to be changed. */
  reads?: string;
  writes?: string;
  children: ReactNode;
}

/** One page of the settings, with the way to the others. */
export function SettingsFrame({ title, intro, reads, writes, children }: Frame): JSX.Element {
  const { t } = useWords();
  const { scopes, account } = useSession();
  const readable = reads === undefined || scopes.has(reads);
  return (
    <Stack>
      <nav className="settings-nav" aria-label={t('title')}>
        {account !== null && (
          <Link className="shell-link" to="/settings/account">
            {t('account')}
          </Link>
        )}
        <Link className="shell-link" to="/settings/members">
          {t('members')}
        </Link>
        <Link className="shell-link" to="/settings/keys">
          {t('keys')}
        </Link>
        <Link className="shell-link" to="/settings/webhooks">
          {t('webhooks')}
        </Link>
      </nav>
      <div>
        <Title order={2}>{title}</Title>
        <Text c="dimmed">{intro}</Text>
      </div>
      {!readable && (
        <Alert color="yellow" role="alert">
          {t('missing', { scope: reads })}
        </Alert>
      )}
      {readable && writes !== undefined && !scopes.has(writes) && <Text size="sm">{t('missingWrite', { scope: writes })}</Text>}
      {readable && children}
    </Stack>
  );
}
