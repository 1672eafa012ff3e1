import { useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useState, type Dispatch, type SetStateAction } from 'react';
import { SHOWS, type Show } from './queue-order';
import type { Picture } from './queries';

/** Where somebody is in the queue. `mark` is an id, or which one to begin with: `first`, `last`. */
export interface Place {
  image: string;
  mark: string;
}

/** Kept in the address as well, so that it survives a reload and can be sent to somebody. */
export function usePlace(pictures: readonly Picture[]): {
  place: Place;
  setPlace: Dispatch<SetStateAction<Place>>;
  show: Show;
  setShow: (show: Show) => void;
} {
  const search = useSearch({ strict: false }) as Record<string, string | undefined>; // strings, by the route's own check
  const navigate = useNavigate();
  const [show, setShow] = useState<Show>(() => SHOWS.find((known) => known === search['show']) ?? 'open');
  const [place, setPlace] = useState<Place>(() => {
    const asked = pictures.find(({ image }) => image === search['image']);
    const start = asked ?? pictures.find(({ undecided }) => undecided > 0) ?? pictures[0];
    return { image: start?.image ?? '', mark: (asked && search['mark']) ?? 'first' };
  });
  useEffect(() => {
    void navigate({ to: '.', search: { show, ...place }, replace: true, resetScroll: false });
  }, [navigate, show, place]);
  return { place, setPlace, show, setShow };
}
