import { NativeSelect, Text, Title } from '@mantine/core';
import { useEffect, useRef, useState, type JSX } from 'react';
import { ApiProblem, type SteadApi } from '@stead/web/api-client';
import { useApi } from '../../../app/api';
import { ProblemAlert } from '../../../app/feedback';
import { useMapWords } from '../map-words';
import type { Run } from '../queries';
import { EMPTY, withText, type Tail } from './log-lines';

const AGAIN_MS = 2_000;
/** Whoever has scrolled up further than this reads, and is not taken to the end. */
const NEAR_END_PX = 60;

/** What the steps say while they say it, and afterwards. */
export function LogSection({ run: { id, steps, step, state } }: { run: Run }): JSX.Element {
  const { t } = useMapWords();
  const [chosen, setChosen] = useState('');
  const { tail, error, isOpen } = useTail(id, chosen, `${state} ${chosen === '' ? '' : (step ?? '')}`);
  const box = useRef<HTMLPreElement>(null);
  const atEnd = useRef(true);
  useEffect(() => {
    if (atEnd.current && box.current !== null) box.current.scrollTop = box.current.scrollHeight;
  }, [tail]);
  const lines = tail.rest === '' ? tail.lines : [...tail.lines, tail.rest];
  return (
    <section aria-labelledby="log-title">
      <Title order={3} size="h4" id="log-title" mb="xs">
        {t('logs')}
      </Title>
      <NativeSelect
        label={t('logOf')}
        maw="16rem"
        mb="xs"
        value={chosen}
        onChange={({ currentTarget: { value } }) => setChosen(value)}
        data={[{ value: '', label: t('allSteps') }, ...steps.map(({ name }) => ({ value: name, label: name }))]}
      />
      <ProblemAlert error={error} />
      <Text size="xs" c="dimmed">
        {[...(tail.isCut ? [t('logCut')] : []), ...(isOpen ? [t('logFollows')] : [])].join(' ')}
      </Text>
      {lines.length === 0 ? (
        <Text c="dimmed">{t('noLog')}</Text>
      ) : (
        <pre
          ref={box}
          className="maps-log"
          tabIndex={0}
          role="region"
          aria-label={t('logs')}
          onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
            atEnd.current = scrollHeight - scrollTop - clientHeight < NEAR_END_PX;
          }}
        >
          {lines.join('\n')}
        </pre>
      )}
    </section>
  );
}

/** Follows a log to its end. What ended early, or had not begun, is asked for again when something has happened (`version`). */
function useTail(runId: string, step: string, version: string): { tail: Tail; error: unknown; isOpen: boolean } {
  const api = useApi();
  const [tail, setTail] = useState(EMPTY);
  const [error, setError] = useState<unknown>(null);
  const [isOpen, setOpen] = useState(false);
  const [isDone, setDone] = useState(false);
  useEffect(() => setDone(false), [version]);
  useEffect(() => {
    setDone(false);
    setTail(EMPTY);
  }, [runId, step]);
  useEffect(() => {
    if (isDone) return undefined;
    const stop = new AbortController();
    const follow = async (): Promise<void> => {
      for (;;) {
        try {
          let fresh = EMPTY;
          for await (const text of chunksOf(api, runId, step, stop.signal)) {
            setOpen(true);
            fresh = withText(fresh, text);
            setTail(fresh);
          }
          return setDone(true);
        } catch (problem) {
          if (stop.signal.aborted) return;
          const isEarly = problem instanceof ApiProblem && (problem.status === 404 || problem.status === 503);
          if (!isEarly) return setError(problem);
        } finally {
          setOpen(false);
        }
        await new Promise((done) => setTimeout(done, AGAIN_MS));
        if (stop.signal.aborted) return;
      }
    };
    setError(null);
    void follow();
    return () => stop.abort();
  }, [api, runId, step, isDone]);
  return { tail, error, isOpen };
}

async function* chunksOf(api: SteadApi, runId: string, step: string, signal: AbortSignal): AsyncGenerator<string> {
  const query = { follow: 'true' as const, ...(step === '' ? {} : { step }) };
  const { response } = await api.GET('/v1/runs/{runId}/logs', { params: { path: { runId }, query }, parseAs: 'stream', signal });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  for (;;) {
    const { done, value } = (await reader?.read()) ?? { done: true, value: undefined };
    if (value !== undefined) yield value;
    if (done) return;
  }
}
