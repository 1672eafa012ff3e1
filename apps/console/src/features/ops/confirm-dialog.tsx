import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useState, type JSX, type ReactNode } from 'react';
import { ProblemAlert } from './feedback';
import { useOpsWords } from './ops-words';
import { useAction } from './queries';
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
  const [reason, setReason] = useState('');
  const [typed, setTyped] = useState('');
  const action = useAction((client, answer: Parameters<Confirmation['act']>[1]) => asked.act(client, answer));
  const ready = asked.typed === undefined || typed === asked.typed;
  const submit = (): void => {
    if (!ready || action.isPending) return;
    const given = reason.trim();
    action.mutate({ reason: given === '' ? undefined : given, typed }, { onSuccess: onClose });
  };
  return (
    <Modal opened onClose={onClose} title={asked.title} closeButtonProps={{ 'aria-label': t('close') }}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <Stack>
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
          <TextInput
            label={t('reason')}
            description={t('reasonHint')}
            value={reason}
            maxLength={500}
            onChange={(event) => setReason(event.currentTarget.value)}
          />
          <ProblemAlert error={action.error} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t('cancel')}
            </Button>
            <Button type="submit" color={asked.danger === true ? 'red' : undefined} disabled={!ready} loading={action.isPending}>
              {asked.button}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
