import { Button, Group, Modal, Stack, TextInput } from '@mantine/core';
import { useState, type JSX, type ReactNode } from 'react';
import type { SteadClient } from '@stead/web/api-client';
import { ProblemAlert } from '../../app/feedback';
import { useOpsWords } from './ops-words';
import { useAction } from './queries';

/** The reason as a part of a body: absent where none was given. */
export type Reason = { reason?: string };

export interface OrderDialogProps {
  title: string;
  button: string;
  danger?: boolean;
  /** Nothing is sent before. */
  ready?: boolean;
  act(client: SteadClient, reason: Reason): Promise<unknown>;
  onClose: () => void;
  children: ReactNode;
}

/**
 * Asks for what an order needs and why, sends it, and closes once the server has said that it is done. Whoever opens it by keyboard
 * begins in its first field: on the cross, where the focus would go else, Enter closes it and nothing is ordered.
 */
export function OrderDialog({
  title,
  button,
  danger = false,
  ready = true,
  act,
  onClose,
  children,
}: OrderDialogProps): JSX.Element {
  const { t } = useOpsWords();
  const [reason, setReason] = useState('');
  const action = useAction((client, given: Reason) => act(client, given));
  const submit = (): void => {
    if (!ready || action.isPending) return;
    const given = reason.trim();
    action.mutate(given === '' ? {} : { reason: given }, { onSuccess: onClose });
  };
  return (
    <Modal opened onClose={onClose} title={title} closeButtonProps={{ 'aria-label': t('close') }}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <Stack>
          {children}
          <TextInput
            label={t('reason')}
            description={t('reasonHint')}
            maxLength={500}
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
            data-autofocus // the first that is marked has it: a field of the children, where one is
          />
          <ProblemAlert error={action.error} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t('cancel')}
            </Button>
            <Button type="submit" color={danger ? 'red' : undefined} disabled={!ready} loading={action.isPending}>
              {button}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
