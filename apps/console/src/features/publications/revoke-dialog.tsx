import { Text } from '@mantine/core';
import type { JSX } from 'react';
import { FormDialog } from '../../app/forms';
import { usePublicationWords } from './publication-words';
import { useAction, type ShareLink } from './queries';

/** Not compared with what was read: whoever revokes means the link, whatever somebody else has changed of it. */
export function RevokeDialog({ link, onClose }: { link: ShareLink; onClose: () => void }): JSX.Element {
  const { t } = usePublicationWords();
  const { publicationId, id: linkId, name } = link;
  const path = { publicationId, linkId };
  const revoke = useAction((api, _: null) => api.DELETE('/v1/publications/{publicationId}/links/{linkId}', { params: { path } }));
  return (
    <FormDialog
      title={t('revokeTitle', { name: name === '' ? t('unnamed') : name })}
      button={t('revoke')}
      danger
      busy={revoke.isPending}
      error={revoke.error}
      onSubmit={() => revoke.mutate(null, { onSuccess: onClose })}
      onClose={onClose}
    >
      <Text size="sm">{t('revokeText')}</Text>
    </FormDialog>
  );
}
