import { Button, Group, Modal, Stack } from '@mantine/core';
import { useEffect, useRef, type JSX, type ReactNode } from 'react';
import { ProblemAlert } from '../../app/feedback';
import { usePrivacyWords } from './privacy-words';

/** What the server said against a field, by its JSON pointer. */
export function problemAt(error: unknown, pointer: string): string | undefined {
  const given: unknown = error instanceof Error && 'errors' in error ? error.errors : [];
  const errors = Array.isArray(given) ? (given as { pointer: string; detail: string }[]) : []; // an ApiProblem's
  return errors.find((one) => one.pointer === pointer || one.pointer.startsWith(`${pointer}/`))?.detail;
}

/** A form that leads to its first wrong field, once the server has said which that is. */
export function Form({ error, onSubmit, children }: { error: unknown; onSubmit: () => void; children: ReactNode }): JSX.Element {
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (error !== null) form.current?.querySelector<HTMLElement>(':is(input, select, textarea)[aria-invalid="true"]')?.focus();
  }, [error]);
  return (
    // The server checks, and says what is wrong in its own words.
    <form
      ref={form}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit();
      }}
    >
      {children}
    </form>
  );
}

/** Stays open until the server has said that it is done. */
export function FormDialog({
  title,
  button,
  busy,
  error,
  onSubmit,
  onClose,
  children,
}: {
  title: string;
  button: string;
  busy: boolean;
  error: unknown;
  onSubmit: () => void;
  onClose: () => void;
  children: ReactNode;
}): JSX.Element {
  const { t } = usePrivacyWords();
  return (
    <Modal opened onClose={onClose} size="lg" title={title} closeButtonProps={{ 'aria-label': t('close') }}>
      <Form error={error} onSubmit={() => !busy && onSubmit()}>
        <Stack>
          {children}
          <ProblemAlert error={error} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t('cancel')}
            </Button>
            <Button type="submit" loading={busy}>
              {button}
            </Button>
          </Group>
        </Stack>
      </Form>
    </Modal>
  );
}
