import { Alert, Button, Paper, Text, Title } from '@mantine/core';
import { useState, type JSX } from 'react';
import { useAction } from '../../app/api';
import { FormDialog } from '../../app/forms';
import { useSession, type Account } from '../../app/session';
import { SettingsFrame } from '../settings/settings-frame';
import { useAccountWords } from './account-words';
import { PasswordSection } from './password-section';

export function AccountPage(): JSX.Element {
  const { t } = useAccountWords();
  const { account } = useSession();
  return (
    <SettingsFrame title={t('title')} intro={t('intro')}>
      {account === null ? (
        <Alert color="yellow">{t('byKey')}</Alert>
      ) : (
        <>
          <Text>{t('who', { name: account.name, email: account.email })}</Text>
          <PasswordSection account={account} />
          <Everywhere account={account} />
        </>
      )}
    </SettingsFrame>
  );
}

function Everywhere({ account: { signIn } }: { account: Account }): JSX.Element {
  const { t } = useAccountWords();
  const [open, setOpen] = useState(false);
  const end = useAction(['account'], async (api, _: null) => {
    await api.POST('/v1/sessions/end-all');
    signIn.forget();
    location.assign('/');
  });
  return (
    <Paper component="section" withBorder p="md" aria-labelledby="everywhere-title">
      <Title order={3} size="h4" id="everywhere-title">
        {t('everywhere')}
      </Title>
      <Text size="sm" mb="sm">
        {t('everywhereText')}
      </Text>
      <Button variant="outline" color="red" className="settings-danger" onClick={() => setOpen(true)}>
        {t('everywhere')}
      </Button>
      {open && (
        <FormDialog
          title={t('everywhereTitle')}
          button={t('everywhere')}
          danger
          busy={end.isPending}
          error={end.error}
          onSubmit={() => end.mutate(null)}
          onClose={() => setOpen(false)}
        >
          <Text size="sm">{t('everywhereText')}</Text>
        </FormDialog>
      )}
    </Paper>
  );
}
