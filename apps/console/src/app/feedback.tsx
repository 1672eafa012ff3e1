import { Alert, Loader, Text } from '@mantine/core';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';

/** What the server said against it, field by field. */
export function ProblemAlert({ error }: { error: unknown }): JSX.Element | null {
  if (error === null || error === undefined) return null;
  const { title, detail, errors } = partsOf(error);
  return (
    <Alert color="red" role="alert" title={title}>
      <Text size="sm">{detail}</Text>
      {errors.length > 1 && (
        <ul>
          {errors.map(({ pointer, detail: text }) => (
            <li key={pointer + text}>
              <Text size="sm">{text}</Text>
            </li>
          ))}
        </ul>
      )}
    </Alert>
  );
}

interface Parts {
  title: string;
  detail: string;
  errors: readonly { pointer: string; detail: string }[];
}

function partsOf(error: unknown): Parts {
  if (!(error instanceof Error)) return { title: String(error), detail: '', errors: [] };
  const { title = error.name, detail = error.message, errors = [] } = error as Partial<Parts>; // an ApiProblem has them
  return { title, detail: detail === '' ? error.message : detail, errors };
}

export function Loading(): JSX.Element {
  const { t } = useTranslation();
  return <Loader aria-label={t('loading')} role="status" />;
}
