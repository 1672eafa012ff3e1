import { Button, Group, Stack } from '@mantine/core';
import { useState, type JSX } from 'react';
import { urlOf, type Address } from './address';
import { Copied } from '../../app/copied';
import { EmbedDialog } from './embed-dialog';
import { usePublicationWords } from './publication-words';
import { QrDialog } from './qr-dialog';

export function AddressActions({ address }: { address: Address }): JSX.Element {
  const { t } = usePublicationWords();
  const [shown, setShown] = useState<'qr' | 'embed' | null>(null);
  const close = (): void => setShown(null);
  const { name } = address;
  return (
    <Stack gap="xs">
      <Group gap="xs">
        <Button
          component="a"
          size="compact-sm"
          variant="default"
          href={address.path}
          target="_blank"
          rel="noopener"
          aria-label={`${t('open')}: ${name}`}
        >
          {t('open')}
        </Button>
        <Button size="compact-sm" variant="default" onClick={() => setShown('qr')} aria-label={`${t('qr')}: ${name}`}>
          {t('qr')}
        </Button>
        <Button size="compact-sm" variant="default" onClick={() => setShown('embed')} aria-label={`${t('embed')}: ${name}`}>
          {t('embed')}
        </Button>
      </Group>
      <Copied text={urlOf(address)} label={`${t('address')}: ${name}`} button={t('copy')} />
      {shown === 'qr' && <QrDialog address={address} onClose={close} />}
      {shown === 'embed' && <EmbedDialog address={address} onClose={close} />}
    </Stack>
  );
}
