import { Button, Group, Stack, Text } from '@mantine/core';
import { useState, type JSX } from 'react';
import { Loading, ProblemAlert } from '../../../app/feedback';
import { Pager } from '../../../app/pager';
import { KIND_WORDS, nameOf } from '../model/naming';
import type { Element, Revision } from '../model/types';
import { useApi, useDiff, useRevisions } from '../queries';
import { useStudio } from '../studio-context';
import { useStudioWords } from '../studio-words';
import { Differences } from './differences';

const CAUSES = {
  create: 'causeCreate',
  edit: 'causeEdit',
  undo: 'causeUndo',
  restore: 'causeRestore',
  move: 'causeMove',
} as const;

/** Every state that the scene has had, what each edit changed, and the way back. */
export function HistoryPanel(): JSX.Element {
  const { t } = useStudioWords();
  const { kept } = useStudio();
  const [cursor, setCursor] = useState('');
  const { data, error } = useRevisions(kept.scene.id, kept.scene.revision, cursor);
  return (
    <Stack gap="sm">
      <Text size="sm" c="dimmed">
        {t('historyIntro')}
      </Text>
      <ProblemAlert error={error} />
      {data === undefined && error === null && <Loading />}
      <ol className="plain-list" aria-label={t('history')}>
        {data?.items.map((revision) => (
          <Row key={revision.number} revision={revision} />
        ))}
      </ol>
      <Pager cursor={cursor} next={data?.next ?? null} onChange={setCursor} />
    </Stack>
  );
}

function Row({ revision }: { revision: Revision }): JSX.Element {
  const { t, moment } = useStudioWords();
  const { kept, keeper, writes } = useStudio();
  const api = useApi();
  const [open, setOpen] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const { number, at, by, cause, of, undoneBy, put, removed } = revision;
  const path = { sceneId: kept.scene.id };
  const act = (work: (tag: string) => Promise<unknown>): void => {
    setError(null);
    keeper.act(work).then((saved) => setError(saved ? null : new Error(t('saveFirst'))), setError);
  };
  const name = t('revision', { number });
  return (
    <li className="studio-revision">
      <Text size="sm" fw={600}>
        {name} · {t(CAUSES[cause], { of: of ?? 0 })}
      </Text>
      <Text size="xs" c="dimmed">
        {moment(at)} · {by} · {t('revisionSize', { put, removed })}
        {undoneBy !== null && ` · ${t('undoneBy', { number: undoneBy })}`}
      </Text>
      <Group gap={4} mt={4}>
        <Button
          size="compact-xs"
          variant="default"
          aria-expanded={open}
          aria-label={t('changesOf', { of: name })}
          onClick={() => setOpen(!open)}
        >
          {t('changes')}
        </Button>
        {writes && cause !== 'create' && undoneBy === null && (
          <Button
            size="compact-xs"
            variant="default"
            aria-label={t('undoOf', { of: name })}
            onClick={() =>
              act((tag) =>
                api.POST('/v1/scenes/{sceneId}/undo', {
                  params: { path },
                  headers: { 'if-match': tag },
                  body: { revision: number },
                }),
              )
            }
          >
            {t('undoThis')}
          </Button>
        )}
        {writes && number < kept.scene.revision && (
          <Button
            size="compact-xs"
            variant="default"
            aria-label={t('restoreOf', { of: name })}
            onClick={() =>
              act((tag) =>
                api.POST('/v1/scenes/{sceneId}/restore', {
                  params: { path },
                  headers: { 'if-match': tag },
                  body: { revision: number },
                }),
              )
            }
          >
            {t('restore')}
          </Button>
        )}
      </Group>
      <ProblemAlert error={error} />
      {open && <Changes number={number} />}
    </li>
  );
}

function Changes({ number }: { number: number }): JSX.Element {
  const words = useStudioWords();
  const { t } = words;
  const { kept } = useStudio();
  const { data, error } = useDiff(kept.scene.id, number);
  if (error !== null) return <ProblemAlert error={error} />;
  if (data === undefined) return <Loading />;
  const called = (element: Element): string => `${t(KIND_WORDS[element.kind])}: ${nameOf(element, kept.elements, words)}`;
  const rest = [
    ...(data.name === null ? [] : [{ key: 'name', title: t('sceneName'), ...data.name }]),
    ...(data.start === null ? [] : [{ key: 'start', title: t('start'), ...data.start }]),
    ...(data.version === null ? [] : [{ key: 'version', title: t('mapVersion'), ...data.version }]),
    ...data.elements.flatMap(({ elementId, before, after }) => {
      const known = after ?? before;
      return known === null ? [] : [{ key: elementId, title: called(known), before, after }];
    }),
  ];
  if (rest.length === 0) return <Text size="sm">{t('nothingChanged')}</Text>;
  return (
    <Stack gap="xs" mt="xs">
      {rest.map(({ key, title, before, after }) => (
        <Differences key={key} title={title} columns={[t('before'), t('after')]} values={[before, after]} />
      ))}
    </Stack>
  );
}
