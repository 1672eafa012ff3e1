import { createContext, useContext } from 'react';
import type { KeptScene, SceneKeeper } from './model/scene-keeper';
import type { Change, Element, MapView, Media } from './model/types';
import type { Stage } from './stage/stage';
import type { PlacingHands } from './use-placing';

/** What the parts of the studio share. */
export interface Studio {
  keeper: SceneKeeper;
  kept: KeptScene;
  /** Null until it is known where the place can be seen. */
  view: MapView | null;
  /** Null while the place is not drawn: it is loading, or the browser cannot. */
  stage: Stage | null;
  hands: PlacingHands;
  media: readonly Media[];
  selectedId: string | null;
  select(id: string | null): void;
  /** False for whoever may only look. */
  writes: boolean;
  /** Size of the place, in its units. */
  diagonal: number;
}

export const StudioContext = createContext<Studio | null>(null);

export function useStudio(): Studio {
  const studio = useContext(StudioContext);
  if (studio === null) throw new Error('there is no studio here');
  return studio;
}

/** Changes one element, and leaves the rest of the scene as it is. */
export function usePut(): (element: Element) => void {
  const { keeper } = useStudio();
  return (element) => keeper.edit({ op: 'put', element });
}

export function useEdit(): (...changes: Change[]) => void {
  const { keeper } = useStudio();
  return (...changes) => keeper.edit(...changes);
}
