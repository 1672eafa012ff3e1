import { Alert, Button, Group, Modal, Stack } from '@mantine/core';
import { useEffect, useRef, type JSX, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { ProblemAlert } from './feedback';
import './forms.css';

/** What the server said against a body, by the JSON pointer of what is wrong. */
export interface FieldProblems {
  at(pointer: string): string | undefined;
  /** Whether anything is wrong at the pointer or below it. */
  below(pointer: string): boolean;
  any: boolean;
}

export function fieldProblems(error: unknown): FieldProblems {
  const given: unknown = error instanceof Error && 'errors' in error ? error.errors : [];
  const errors = Array.isArray(given) ? (given as { pointer: string; detail: string }[]) : []; // an ApiProblem's
  return {
    at: (pointer) => errors.find((one) => one.pointer === pointer)?.detail,
    below: (pointer) => errors.some((one) => one.pointer === pointer || one.pointer.startsWith(`${pointer}/`)),
    any: errors.length > 0,
  };
}

/** `fields`: pointers that have a field of their own, which says what is wrong. Anything else is said here. */
export function FormProblem({
  error,
  fields,
  whole,
}: {
  error: unknown;
  fields: readonly string[];
  /** How it is said where it is about no field. */
  whole?: JSX.Element;
}): JSX.Element | null {
  const { t } = useTranslation();
  const problems = fieldProblems(error);
  if (!problems.any || !fields.some((pointer) => problems.below(pointer))) return whole ?? <ProblemAlert error={error} />;
  return (
    <Alert color="red" role="alert">
      {t('checkFields')}
    </Alert>
  );
}

/** Mantine marks a password's field in a way of its own. */
const WRONG = ':is(input, select, textarea):is([aria-invalid="true"], [data-invalid])';

/** A form that leads to its first wrong field, once the server has said which that is. */
export function Form({ error, onSubmit, children }: { error: unknown; onSubmit: () => void; children: ReactNode }): JSX.Element {
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (error !== null) form.current?.querySelector<HTMLElement>(WRONG)?.focus();
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

interface FormDialogProps {
  title: string;
  button: string;
  danger?: boolean;
  ready?: boolean;
  busy: boolean;
  error: unknown;
  /** Pointers that have a field in `children`. */
  fields?: readonly string[];
  /** How what is about no field is said. */
  whole?: JSX.Element;
  onSubmit: () => void;
  onClose: () => void;
  children: ReactNode;
}

/** Stays open until the server has said that it is done. */
export function FormDialog({
  title,
  button,
  danger = false,
  ready = true,
  busy,
  error,
  fields = [],
  whole,
  onSubmit,
  onClose,
  children,
}: FormDialogProps): JSX.Element {
  const { t } = useTranslation();
  return (
    <Modal opened onClose={onClose} size="lg" title={title} closeButtonProps={{ 'aria-label': t('close') }}>
      <Form error={error} onSubmit={() => ready && !busy && onSubmit()}>
        <Stack>
          {children}
          <FormProblem error={error} fields={fields} {...(whole === undefined ? {} : { whole })} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t('cancel')}
            </Button>
            <Button type="submit" color={danger ? 'red' : undefined} disabled={!ready} loading={busy}>
              {button}
            </Button>
          </Group>
        </Stack>
      </Form>
    </Modal>
  );
}
