import { Button, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { useState, type JSX } from 'react';
import type { PartProps } from './changing';
import { FormDialog } from '../../app/forms';
import { editionText } from './looks';
import { usePublicationWords } from './publication-words';
import { PublishProblem } from './publish-problem';
import { useScene, useVersions } from './queries';

/** What the address shows: the newest of it, and what it showed before. */
export function EditionSection({ shown, changing, writes }: PartProps): JSX.Element {
  const words = usePublicationWords();
  const { t } = words;
  const { versionNumber, scene, earlier } = shown.value;
  const nameOf = useEditionNames(shown.value.spaceMapId);
  const [asked, setAsked] = useState(false);
  const [last] = earlier;
  return (
    <Paper component="section" withBorder p="md" aria-labelledby="edition-title">
      <Title order={3} size="h4" id="edition-title">
        {t('edition')}
      </Title>
      <Text mb="sm">{editionText(words, versionNumber, scene?.revision ?? null)}</Text>
      <Stack gap="sm">
        <Newest {...{ shown, changing, writes }} />
        <Title order={4} size="h6">
          {t('earlier')}
        </Title>
        {last === undefined ? (
          <Text size="sm" c="dimmed">
            {t('earlierNone')}
          </Text>
        ) : (
          <ol className="publication-earlier">
            {earlier.map((one, i) => (
              // The same edition may have been shown twice.
              <li key={i}>{nameOf(one)}</li>
            ))}
          </ol>
        )}
        {writes && last !== undefined && (
          <Group>
            <Button
              variant="default"
              disabled={changing.busy !== null}
              loading={changing.busy === 'rollback'}
              onClick={() => setAsked(true)}
            >
              {t('rollBack')}
            </Button>
          </Group>
        )}
      </Stack>
      {asked && last !== undefined && (
        <RollBackDialog {...{ shown, changing }} to={nameOf(last)} onClose={() => setAsked(false)} />
      )}
    </Paper>
  );
}

function RollBackDialog({
  shown,
  changing,
  to,
  onClose,
}: Pick<PartProps, 'shown' | 'changing'> & { to: string; onClose: () => void }): JSX.Element {
  const { t } = usePublicationWords();
  const path = { publicationId: shown.value.id };
  const act = {
    ...{ name: 'rollback', what: t('rollBack'), onOver: onClose },
    act: (api, headers) => api.POST('/v1/publications/{publicationId}/rollback', { params: { path }, headers }),
  } satisfies Parameters<typeof changing.run>[0];
  // Over a conflict there is one dialog at a time.
  if (changing.conflict !== null) return <></>;
  return (
    <FormDialog
      title={t('rollBackTitle')}
      button={t('rollBack')}
      busy={changing.busy !== null}
      error={changing.errorOf('rollback')}
      onSubmit={() => changing.run(act, shown.tag)}
      onClose={onClose}
    >
      <Text size="sm">{t('rollBackText', { edition: to })}</Text>
    </FormDialog>
  );
}

/** Says whether there is something newer than what is shown, and shows it when asked. */
function Newest({ shown, changing, writes }: PartProps): JSX.Element | null {
  const { t } = usePublicationWords();
  const { id: publicationId, scene, versionId, versionNumber, spaceMapId } = shown.value;
  const sceneNow = useScene(scene?.id ?? null).data;
  const versions = useVersions(spaceMapId);
  const ready = (versions.data?.items ?? []).filter(({ state }) => state === 'succeeded');
  const versionNow = ready.reduce((best, one) => Math.max(best, one.number), versionNumber);
  const newest = ready.find(({ number }) => number === versionNow);
  // A scene has its own version: it is moved to another one where it is edited.
  const newer =
    scene !== null
      ? sceneNow !== undefined && (sceneNow.revision > scene.revision || sceneNow.versionId !== versionId)
        ? {
            text: t('sceneNewer', { revision: sceneNow.revision }),
            button: t('updateScene'),
            body: { sceneId: scene.id },
          }
        : null
      : newest !== undefined && newest.number > versionNumber
        ? {
            text: t('versionNewer', { number: newest.number }),
            button: t('updateVersion', { number: newest.number }),
            body: { versionId: newest.id },
          }
        : null;
  const error = <PublishProblem error={changing.errorOf('update')} spaceMapId={spaceMapId} />;
  if (newer === null)
    return (
      <>
        {(scene === null ? versions.isSuccess : sceneNow !== undefined) && (
          <Text size="sm" c="dimmed">
            {t('newest')}
          </Text>
        )}
        {error}
      </>
    );
  const { text, button, body } = newer;
  const update = (): void =>
    changing.run(
      {
        ...{ name: 'update', what: button },
        act: (api, headers) =>
          api.PATCH('/v1/publications/{publicationId}', { params: { path: { publicationId } }, body, headers }),
      },
      shown.tag,
    );
  return (
    <Stack gap="xs" align="start">
      <Text size="sm">{text}</Text>
      {writes && (
        <Button disabled={changing.busy !== null} loading={changing.busy === 'update'} onClick={update}>
          {button}
        </Button>
      )}
      {error}
    </Stack>
  );
}

/** Editions name their version by id; people know it by its number. */
function useEditionNames(spaceMapId: string): (edition: { versionId: string; sceneRevision: number | null }) => string {
  const words = usePublicationWords();
  const { data } = useVersions(spaceMapId);
  return ({ versionId, sceneRevision }) =>
    editionText(words, data?.items.find(({ id }) => id === versionId)?.number ?? null, sceneRevision);
}
