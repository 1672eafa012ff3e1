import { Button, Group, Paper, Text, Title } from '@mantine/core';
import { useState, type JSX } from 'react';
import type { Change, PartProps } from './changing';
import { FormDialog } from '../../app/forms';
import { StateBadge } from './looks';
import { usePublicationWords } from './publication-words';
import { PublishProblem } from './publish-problem';

const NAME = 'state';

/** Takes the place from visitors, and gives it back under the same address. */
export function StateSection({ shown, changing }: PartProps): JSX.Element {
  const { t } = usePublicationWords();
  const [asked, setAsked] = useState(false);
  const { id: publicationId, spaceMapId, state, title } = shown.value;
  const params = { path: { publicationId } };
  const publish: Change = {
    ...{ name: NAME, what: t('publishAgain') },
    act: (api, headers) => api.POST('/v1/publications/{publicationId}/publish', { params, headers }),
  };
  const unpublish: Change = {
    ...{ name: NAME, what: t('unpublish'), onOver: () => setAsked(false) },
    act: (api, headers) => api.DELETE('/v1/publications/{publicationId}', { params, headers }),
  };
  const published = state === 'published';
  const busy = changing.busy !== null;
  return (
    <Paper component="section" withBorder p="md" aria-labelledby="state-title">
      <Group justify="space-between" mb="sm">
        <Title order={3} size="h4" id="state-title">
          {t(published ? 'unpublish' : 'publishAgain')}
        </Title>
        <StateBadge state={state} />
      </Group>
      <Text size="sm" c="dimmed" mb="sm">
        {t(published ? 'unpublishHint' : 'withdrawn')}
      </Text>
      {published ? (
        <Button variant="outline" color="red" className="publication-danger" disabled={busy} onClick={() => setAsked(true)}>
          {t('unpublish')}
        </Button>
      ) : (
        <Button disabled={busy} loading={changing.busy === NAME} onClick={() => changing.run(publish, shown.tag)}>
          {t('publishAgain')}
        </Button>
      )}
      {!asked && <PublishProblem error={changing.errorOf(NAME)} spaceMapId={spaceMapId} />}
      {asked && changing.conflict === null && (
        <FormDialog
          title={t('unpublishTitle', { title })}
          button={t('unpublish')}
          danger
          busy={busy}
          error={changing.errorOf(NAME)}
          onSubmit={() => changing.run(unpublish, shown.tag)}
          onClose={() => setAsked(false)}
        >
          <Text size="sm">{t('unpublishText')}</Text>
        </FormDialog>
      )}
    </Paper>
  );
}
