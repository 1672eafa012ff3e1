import { Button, Group } from '@mantine/core';
import { useEffect, useRef, useState, type JSX } from 'react';
import { ProblemAlert } from '../../app/feedback';
import { stepsOf } from './model/history';
import { useApi, useRevisions } from './queries';
import { useStudio } from './studio-context';
import { useStudioWords } from './studio-words';

/** Takes back the last edit, whoever made it, and does it again. Also by Ctrl+Z and Ctrl+Shift+Z outside of fields. */
export function UndoButtons(): JSX.Element {
  const { t } = useStudioWords();
  const { kept, keeper } = useStudio();
  const api = useApi();
  const { data } = useRevisions(kept.scene.id, kept.scene.revision, '');
  const [error, setError] = useState<unknown>(null);
  // One step at a time: which one is next is known when the last one is done.
  const [busy, setBusy] = useState(false);
  const steps = stepsOf(data?.items ?? []);
  // What is not saved yet is saved first, and is then what is taken back.
  const undo: number | 'newest' | null = kept.phase === 'waiting' || kept.phase === 'saving' ? 'newest' : steps.undo;
  const path = { sceneId: kept.scene.id };
  const act = (revision: number | 'newest' | null): void => {
    if (revision === null || busy) return;
    setError(null);
    setBusy(true);
    const body = revision === 'newest' ? {} : { revision };
    keeper
      .act((tag) => api.POST('/v1/scenes/{sceneId}/undo', { params: { path }, headers: { 'if-match': tag }, body }))
      .then((saved) => setError(saved ? null : new Error(t('saveFirst'))), setError)
      .finally(() => setBusy(false));
  };
  const keys = useRef({ act, undo, redo: steps.redo });
  useEffect(() => {
    keys.current = { act, undo, redo: steps.redo };
  });
  useEffect(() => {
    const stop = new AbortController();
    const onKey = (event: KeyboardEvent): void => {
      if (!(event.ctrlKey || event.metaKey) || event.altKey || isField(event.target)) return;
      const key = event.key.toLowerCase();
      if (key !== 'z' && key !== 'y') return;
      event.preventDefault();
      const { act: run, undo: back, redo } = keys.current;
      run(key === 'y' || event.shiftKey ? redo : back);
    };
    document.addEventListener('keydown', onKey, { signal: stop.signal });
    return () => stop.abort();
  }, []);
  return (
    <>
      <Group gap={4}>
        <Step word="undo" step={busy ? null : undo} onStep={act} />
        <Step word="redo" step={busy ? null : steps.redo} onStep={act} />
      </Group>
      <ProblemAlert error={error} />
    </>
  );
}

/** Not `disabled`: whoever takes back one thing after the other keeps the focus in between. */
function Step({
  word,
  step,
  onStep,
}: {
  word: 'undo' | 'redo';
  step: number | 'newest' | null;
  onStep: (step: number | 'newest') => void;
}): JSX.Element {
  const { t } = useStudioWords();
  const none = step === null;
  return (
    <Button
      size="compact-sm"
      variant="default"
      aria-disabled={none}
      data-disabled={none || undefined}
      onClick={() => step !== null && onStep(step)}
    >
      {t(word)}
    </Button>
  );
}

/** Fields take back what is typed themselves. */
function isField(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('input, textarea, select, [contenteditable="true"]') !== null;
}
