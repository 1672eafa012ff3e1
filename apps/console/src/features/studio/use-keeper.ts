import { useEffect, useState, useSyncExternalStore } from 'react';
import { SceneKeeper, type Drawer, type KeptScene } from './model/scene-keeper';
import type { Snapshot } from './model/types';
import { sceneServer, useApi } from './queries';

/** Of this tab: two tabs that edit the same scene keep what is theirs. */
function drawerOf(sceneId: string): Drawer {
  const name = `stead.studio.${sceneId}`;
  return {
    read: () => sessionStorage.getItem(name),
    write: (text) => {
      try {
        if (text === null) sessionStorage.removeItem(name);
        else sessionStorage.setItem(name, text);
      } catch {
        // It is full, or forbidden: then nothing outlives a reload, and the browser asks before it leaves.
      }
    },
  };
}

/** Keeps the scene for as long as the page is there; whoever leaves with something unsaved is asked. */
export function useKeeper(first: Snapshot): { keeper: SceneKeeper; kept: KeptScene } {
  const api = useApi();
  const { id } = first.scene;
  const [keeper] = useState(() => new SceneKeeper(sceneServer(api, id), drawerOf(id), first));
  const kept = useSyncExternalStore(keeper.subscribe, keeper.state);
  useEffect(() => {
    keeper.start();
    const stop = new AbortController();
    const options = { signal: stop.signal };
    window.addEventListener('online', () => void keeper.flush(), options);
    window.addEventListener('focus', () => void look(keeper), options);
    window.addEventListener('pagehide', () => void keeper.flush(), options);
    window.addEventListener(
      'beforeunload',
      (event) => {
        if (keeper.state().unsaved > 0) event.preventDefault();
      },
      options,
    );
    return () => {
      stop.abort();
      void keeper.flush();
      keeper.stop();
    };
  }, [keeper]);
  return { keeper, kept };
}

/** Somebody else may have edited while this tab was not looked at. */
async function look(keeper: SceneKeeper): Promise<void> {
  if (keeper.state().phase === 'saved') await keeper.refresh().catch(() => undefined);
}
