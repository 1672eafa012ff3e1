import { Alert, Stack, Tabs } from '@mantine/core';
import { useState, type JSX } from 'react';
import type { Notice, Session } from '../../app/session';
import type { SignedIn } from '../../app/signed-in';
import { FrontPage } from './front-page';
import { KeyForm } from './key-form';
import { SignInForm } from './sign-in-form';
import { useSignInWords } from './sign-in-words';
import { SignUpForm } from './sign-up-form';
import './sign-in.css';

/** By e-mail, or with an API key, which stays in the tab. */
export default function SignInPage({
  notice,
  joining,
  signIn,
  onKey,
}: {
  notice: Notice | null;
  /** An invitation waits. */
  joining: boolean;
  signIn: SignedIn;
  onKey: (session: Session) => void;
}): JSX.Element {
  const { t } = useSignInWords();
  const [way, setWay] = useState<string | null>(notice === 'keyRefused' ? 'key' : 'sign-in');
  return (
    <FrontPage>
      <Stack>
        {joining && <Alert color="teal">{t('joinFirst')}</Alert>}
        {notice !== null && (
          <Alert color={notice === 'ended' ? 'yellow' : 'red'} role="alert">
            {t(notice)}
          </Alert>
        )}
        <Tabs value={way} onChange={setWay} keepMounted={false}>
          <Tabs.List aria-label={t('way')} mb="md">
            <Tabs.Tab value="sign-in">{t('signIn')}</Tabs.Tab>
            <Tabs.Tab value="sign-up">{t('signUp')}</Tabs.Tab>
            {!joining && <Tabs.Tab value="key">{t('byKey')}</Tabs.Tab>}
          </Tabs.List>
          <Tabs.Panel value="sign-in">
            <SignInForm signIn={signIn} />
          </Tabs.Panel>
          <Tabs.Panel value="sign-up">
            <SignUpForm signIn={signIn} />
          </Tabs.Panel>
          <Tabs.Panel value="key">
            <KeyForm onKey={onKey} />
          </Tabs.Panel>
        </Tabs>
      </Stack>
    </FrontPage>
  );
}
