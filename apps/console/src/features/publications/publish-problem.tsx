import { Alert, Anchor, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { JSX } from 'react';
import { ApiProblem } from '@stead/web/api-client';
import { ProblemAlert } from '../../app/feedback';
import { useSession } from '../../app/session';
import { usePublicationWords } from './publication-words';

/** What keeps a place from being published may be work for somebody: then it says which, and leads there. */
export function PublishProblem({ error, spaceMapId }: { error: unknown; spaceMapId?: string | undefined }): JSX.Element {
  const { t } = usePublicationWords();
  const { scopes } = useSession();
  const code = error instanceof ApiProblem ? error.code : '';
  if (code !== 'studio/review-needed' && code !== 'studio/redactions-pending') return <ProblemAlert error={error} />;
  const search: Record<string, string> = spaceMapId === undefined || spaceMapId === '' ? {} : { spaceMapId };
  const toReview = (props: object): JSX.Element => <Link {...props} to="/privacy" search={search} />;
  return (
    <Alert color="yellow" role="alert" title={t(code === 'studio/review-needed' ? 'reviewNeeded' : 'redactionsPending')}>
      <Text size="sm">{t(code === 'studio/review-needed' ? 'reviewNeededText' : 'redactionsPendingText')}</Text>
      {scopes.has('privacy:read') ? (
        <Anchor renderRoot={toReview}>{t('toReview')}</Anchor>
      ) : (
        <Text size="sm">{t('askReviewer')}</Text>
      )}
    </Alert>
  );
}
