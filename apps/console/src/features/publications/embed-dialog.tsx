import { Alert, Button, Group, Modal, Stack, Tabs, Text } from '@mantine/core';
import { useState, type JSX } from 'react';
import { urlOf, type Address } from './address';
import { Copied } from '../../app/copied';
import { usePublicationWords } from './publication-words';

const KINDS = ['embedFrame', 'embedElement'] as const;

/** What another site writes into its page, and how it looks there. */
export function EmbedDialog({ address, onClose }: { address: Address; onClose: () => void }): JSX.Element {
  const { t, language } = usePublicationWords();
  const code = { embedFrame: frameOf(address), embedElement: elementOf(address, language) };
  return (
    <Modal
      opened
      onClose={onClose}
      size="xl"
      title={t('embedTitle', { name: address.name })}
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      <Stack>
        <Allowed sites={address.embedSites} />
        <Tabs defaultValue="embedFrame" keepMounted={false}>
          <Tabs.List>
            {KINDS.map((kind) => (
              <Tabs.Tab key={kind} value={kind}>
                {t(kind)}
              </Tabs.Tab>
            ))}
          </Tabs.List>
          {KINDS.map((kind) => (
            <Tabs.Panel key={kind} value={kind} pt="sm">
              <Stack gap="xs">
                <Text size="sm" c="dimmed">
                  {t(kind === 'embedFrame' ? 'embedFrameHint' : 'embedElementHint')}
                </Text>
                <Copied text={code[kind]} label={t(kind)} button={t('copyCode')} code />
              </Stack>
            </Tabs.Panel>
          ))}
        </Tabs>
        <Preview address={address} />
      </Stack>
    </Modal>
  );
}

function Allowed({ sites }: { sites: Address['embedSites'] }): JSX.Element | null {
  const { t } = usePublicationWords();
  if (sites === null) return null;
  return <Alert color="yellow">{sites.length === 0 ? t('embedNobody') : t('embedOnly', { sites: sites.join(', ') })}</Alert>;
}

/** Our own pages may always show a place. It is opened when asked: that is a visit, and some links have only so many. */
function Preview({ address }: { address: Address }): JSX.Element {
  const { t } = usePublicationWords();
  const [open, setOpen] = useState(false);
  if (!address.opens)
    return (
      <Text size="sm" c="dimmed">
        {t('previewNot')}
      </Text>
    );
  if (open) return <iframe className="publication-frame" src={address.path} title={t('previewFrame', { name: address.name })} />;
  return (
    <Group>
      <Button variant="default" onClick={() => setOpen(true)}>
        {t('showPreview')}
      </Button>
      {address.counted && (
        <Text size="sm" c="dimmed">
          {t('previewCounts')}
        </Text>
      )}
    </Group>
  );
}

function frameOf(address: Address): string {
  const style = 'width: 100%; aspect-ratio: 16 / 9; border: 0';
  return `<iframe src="${urlOf(address)}" title="${escaped(address.name)}" style="${style}" allow="xr-spatial-tracking; fullscreen" loading="lazy"></iframe>`;
}

function elementOf(address: Address, language: string): string {
  return [
    `<script src="${location.origin}/viewer-assets/embed.js" defer></script>`,
    `<stead-space src="${urlOf(address)}" lang="${language}" title="${escaped(address.name)}"></stead-space>`,
  ].join('\n');
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
