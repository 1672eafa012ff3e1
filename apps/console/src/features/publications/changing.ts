import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { PUBLICATIONS, isStale, useApi, type Publication, type Tagged } from './queries';
import type { SteadApi } from '@stead/web/api-client';

export interface Change {
  /** Which button shows that it is under way. */
  name: string;
  /** For whoever has to choose between this and somebody else's change. */
  what: string;
  /** What of the settings it would change, as it would be. */
  mine?: { label: string; mine: string; theirs: (theirs: Publication) => string }[];
  act(api: SteadApi, headers: { 'if-match': string }): Promise<unknown>;
  /** Done, or given up for what somebody else has made of it. */
  onOver?: () => void;
}

export interface Changing {
  run(change: Change, tag: string): void;
  busy: string | null;
  /** What the server said against the change of that name. */
  errorOf(name: string): unknown;
  /** One that somebody else's change came before. */
  conflict: Change | null;
  giveUp(): void;
}

/** One change at a time, each compared with what it was thought up for. Nothing is shown as done before the server has said so. */
export function useChanging(): Changing {
  const api = useApi();
  const queries = useQueryClient();
  const [busy, setBusy] = useState<string | null>(null);
  const [failed, setFailed] = useState<{ name: string; error: unknown } | null>(null);
  const [conflict, setConflict] = useState<Change | null>(null);
  const refresh = (): Promise<void> => queries.invalidateQueries({ queryKey: [PUBLICATIONS] });
  const run = async (change: Change, tag: string): Promise<void> => {
    setBusy(change.name);
    setFailed(null);
    let lost: Change | null = null;
    try {
      await change.act(api, { 'if-match': tag });
      await refresh();
      change.onOver?.();
    } catch (error) {
      await refresh();
      if (isStale(error)) lost = change;
      else setFailed({ name: change.name, error });
    }
    setConflict(lost);
    setBusy(null);
  };
  return {
    run: (change, tag) => void run(change, tag),
    busy,
    errorOf: (name) => (failed?.name === name ? failed.error : null),
    conflict,
    giveUp: () => {
      conflict?.onOver?.();
      setConflict(null);
    },
  };
}

export type Shown = Tagged<Publication>;
/** What every part of the page is given. */
export interface PartProps {
  shown: Shown;
  changing: Changing;
  writes: boolean;
}
