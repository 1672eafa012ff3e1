import { useQueryClient } from '@tanstack/react-query';
import { createContext, useContext, useEffect, useMemo, useState, type JSX, type ReactNode } from 'react';
import { followEvents, type StreamEvent } from './event-stream';
import { useSession } from './session';

type Liveness = 'connecting' | 'live' | 'away';
type Listener = (event: StreamEvent) => void;

interface Live {
  state: Liveness;
  listen(listener: Listener): () => void;
}

const LiveContext = createContext<Live>({ state: 'connecting', listen: () => () => undefined });

/** The one event stream of the tab. Whatever was missed while it was away is read again when it is back. */
export function LiveProvider({ children }: { children: ReactNode }): JSX.Element {
  const { key } = useSession();
  const queries = useQueryClient();
  const [state, setState] = useState<Liveness>('connecting');
  const [listeners] = useState(() => new Set<Listener>());
  useEffect(() => {
    const stop = new AbortController();
    void followEvents(
      key,
      stop.signal,
      (event) => listeners.forEach((listener) => listener(event)),
      (live) => {
        setState(live ? 'live' : 'away');
        if (live) void queries.invalidateQueries();
      },
    );
    return () => stop.abort();
  }, [key, listeners, queries]);
  const live = useMemo<Live>(
    () => ({
      state,
      listen: (listener) => {
        listeners.add(listener);
        return () => void listeners.delete(listener);
      },
    }),
    [state, listeners],
  );
  return <LiveContext value={live}>{children}</LiveContext>;
}

export function useLiveness(): Liveness {
  return useContext(LiveContext).state;
}

export function useLiveEvents(listener: Listener): void {
  const { listen } = useContext(LiveContext);
  useEffect(() => listen(listener), [listen, listener]);
}
