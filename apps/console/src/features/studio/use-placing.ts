import { useCallback, useState } from 'react';
import type { Placed } from './model/make';
import type { StudioWords } from './english';

/** Places that somebody is asked to point at. */
export interface PlaceRequest {
  /** What they are for, as a sentence. */
  what: keyof StudioWords & string;
  least: number;
  /** As soon as there are so many, it is done. */
  most: number;
  onDone(placed: Placed[]): void;
}

export interface Placing {
  request: PlaceRequest;
  got: Placed[];
  /** Where somebody pointed last, there is nothing. */
  missed: boolean;
}

export interface PlacingHands {
  placing: Placing | null;
  begin(request: PlaceRequest): void;
  take(placed: Placed | null): void;
  takeBack(): void;
  finish(): void;
  cancel(): void;
}

export function usePlacing(): PlacingHands {
  const [placing, setPlacing] = useState<Placing | null>(null);
  const begin = useCallback((request: PlaceRequest) => setPlacing({ request, got: [], missed: false }), []);
  const cancel = useCallback(() => setPlacing(null), []);
  const done = ({ request }: Placing, got: Placed[]): void => {
    setPlacing(null);
    request.onDone(got);
  };
  return {
    placing,
    begin,
    cancel,
    take: (placed) => {
      if (placing === null) return;
      const got = placed === null ? placing.got : [...placing.got, placed];
      if (got.length >= placing.request.most) done(placing, got);
      else setPlacing({ ...placing, got, missed: placed === null });
    },
    takeBack: () => setPlacing((known) => known && { ...known, got: known.got.slice(0, -1), missed: false }),
    finish: () => {
      if (placing !== null && placing.got.length >= placing.request.least) done(placing, placing.got);
    },
  };
}
