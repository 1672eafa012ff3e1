import { Button, Group, Modal, Stack } from '@mantine/core';
import type { JSX, ReactNode } from 'react';
import { ProblemAlert } from '../../app/feedback';
import { useMapWords } from './map-words';

interface DialogProps {
  title: string;
  button: string;
  danger?: boolean;
  /** What the way out says; "Cancel" would be a riddle where something is to be cancelled. */
  back?: string;
  ready?: boolean;
  busy: boolean;
  error: unknown;
  onSubmit: () => void;
  onClose: () => void;
  children: ReactNode;
}

/** A question, or a few fields. Stays open until the server has said that it is done. */
export function Dialog({
  title,
  button,
  danger,
  back,
  ready = true,
  busy,
  error,
  onSubmit,
  onClose,
  children,
}: DialogProps): JSX.Element {
  const { t } = useMapWords();
  return (
    <Modal opened onClose={onClose} title={title} closeButtonProps={{ 'aria-label': t('close') }}>
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (ready && !busy) onSubmit();
        }}
      >
        <Stack>
          {children}
          <ProblemAlert error={error} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose} data-autofocus={danger === true || undefined}>
              {back ?? t('cancel')}
            </Button>
            <Button type="submit" color={danger === true ? 'red' : undefined} disabled={!ready} loading={busy}>
              {button}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
