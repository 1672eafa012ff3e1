import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { JSX } from 'react';
import { Loading, ProblemAlert } from '../../app/feedback';
import { urlOf, type Address } from './address';
import { usePublicationWords } from './publication-words';

/** Blank modules around the code, which readers need to find it (ISO/IEC 18004). */
const QUIET_ZONE = 4;

export function QrDialog({ address, onClose }: { address: Address; onClose: () => void }): JSX.Element {
  const { t } = usePublicationWords();
  const url = urlOf(address);
  const { data, error } = useQuery({ queryKey: ['qr', url], queryFn: () => drawn(url), staleTime: Infinity });
  return (
    <Modal opened onClose={onClose} title={t('qrTitle', { name: address.name })} closeButtonProps={{ 'aria-label': t('close') }}>
      <Stack align="center">
        {data === undefined && error === null && <Loading />}
        <ProblemAlert error={error} />
        {data !== undefined && (
          <>
            <img className="publication-qr" src={data} alt={t('qrAlt', { url })} />
            <Text size="sm" c="dimmed" className="publication-code">
              {url}
            </Text>
            <Group>
              <Button component="a" href={data} download={`${fileNameOf(address.name)}.svg`}>
                {t('download')}
              </Button>
            </Group>
          </>
        )}
      </Stack>
    </Modal>
  );
}

/** Black on white in either scheme: many readers do not know it the other way round. */
async function drawn(url: string): Promise<string> {
  const { toString } = await import('qrcode');
  const svg = await toString(url, { type: 'svg', errorCorrectionLevel: 'M', margin: QUIET_ZONE });
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}

function fileNameOf(name: string): string {
  return name.replace(/[^\p{L}\p{N}]+/gu, '-').replace(/^-|-$/g, '') || 'qr';
}
