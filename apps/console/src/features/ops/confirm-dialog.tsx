import { Text, TextInput } from '@mantine/core';
import { useState, type JSX, type ReactNode } from 'react';
import { useOpsWords } from './ops-words';
import { OrderDialog } from './order-dialog';
import type { SteadClient } from '@stead/web/api-client';

export interface Confirmation {
  title: string;
  text: string;
  button: string;
  danger?: boolean;
  /** What has to be typed before it can be done. */
  typed?: string;
  more?: ReactNode;
  act(client: SteadClient, answer: { reason: string | undefined; typed: string }): Promise<unknown>;
}

/** Asks before something is done that others will feel. Nothing is shown as done before the server has said so. */
export function ConfirmDialog({ asked, onClose }: { asked: Confirmation; onClose: () => void }): JSX.Element {
  const { t } = useOpsWords();
  const [typed, setTyped] = useState('');
  return (
    <OrderDialog
      {...{ title: asked.title, button: asked.button, onClose }}
      danger={asked.danger === true}
      ready={asked.typed === undefined || typed === asked.typed}
      act={(client, { reason }) => asked.act(client, { reason, typed })}
    >
      <Text size="sm">{asked.text}</Text>
      {asked.more}
      {asked.typed !== undefined && (
        <TextInput
          label={t('typeName', { name: asked.typed })}
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
          autoComplete="off"
          data-autofocus
        />
      )}
    </OrderDialog>
  );
}
