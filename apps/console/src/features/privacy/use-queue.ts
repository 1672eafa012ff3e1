import { useEffect, useMemo, useState } from 'react';
import { begin, ended, moved, movedTo, pointSet, takenBack, withShape } from './drawing';
import type { Drawing, Drawn, Pixel, Step } from './drawing';
import { boundsOf, pointsOf } from './geometry';
import type { Order } from './keys';
import type { Word } from './privacy-words';
import { nextMark, nextPicture, type Show, type Way } from './queue-order';
import { useChanged, useMarks, usePrefetch } from './queries';
import type { Mark, MarkKind, Picture, Review } from './queries';
import { usePlace, type Place } from './use-place';
import { useSending, type Verdict } from './use-sending';

export interface Queue {
  picture: Picture;
  /** Of the picture, without those that were split; undefined until they are read. */
  marks: readonly Mark[] | undefined;
  current: Mark | null;
  drawing: Drawing | null;
  /** What the next mark that is drawn shows. */
  kind: MarkKind;
  original: boolean;
  show: Show;
  writes: boolean;
  busy: boolean;
  said: Word | null;
  error: unknown;
  setKind(kind: MarkKind): void;
  setShow(show: Show): void;
  select(id: string): void;
  goTo(image: string): void;
  obey(order: Order): void;
  /** The pointer is over a pixel; `set`: and sets a point there. */
  point(pixel: Pixel, set: boolean): void;
}

const AHEAD = 2;

/** What a person does in the queue, one mark after another. The verdict is sent while the next mark is looked at. */
export function useQueue(review: Review, pictures: readonly Picture[], mayWrite: boolean, onHelp: () => void): Queue | null {
  const { place, setPlace, show, setShow } = usePlace(pictures);
  const [drawing, setDrawing] = useState<Drawing | null>(null);
  const [kind, setKind] = useState<MarkKind>('face');
  const [original, setOriginal] = useState(false);
  const [mine, setMine] = useState<ReadonlyMap<string, string>>(new Map());
  const [said, setSaid] = useState<Word | null>(null);
  const sending = useSending(review);
  const picture = pictures.find(({ image }) => image === place.image) ?? pictures[0];
  const all = useMarks(review.id, picture?.image ?? null).data;
  const marks = useMemo(() => all?.filter(({ verdict }) => verdict !== 'split'), [all]);
  const changed = useChanged(review.id).data;
  const way = useMemo<Way>(
    () => ({
      ...{ show, mine: new Set(mine.keys()), mineIn: new Set(mine.values()) },
      changed: new Set(changed?.map(({ id }) => id)),
      changedIn: new Set(changed?.map(({ image }) => image)),
    }),
    [show, mine, changed],
  );
  const first = marks === undefined ? null : nextMark(marks, null, place.mark !== 'last', way);
  const current = marks?.find(({ id }) => id === place.mark) ?? marks?.find(({ id }) => id === first) ?? null;
  // Once it is known which one is the first, it stays that one, whatever becomes of it.
  useEffect(() => {
    if (current !== null && current.id !== place.mark) setPlace((now) => ({ ...now, mark: current.id }));
  }, [current, place.mark, setPlace]);
  usePrefetching(review, pictures, picture, way);
  if (picture === undefined) return null;
  const writes = mayWrite && review.state === 'open';

  const goTo = (next: Place): void => {
    if (next.image !== picture.image) setOriginal(false); // each look at an original is a decision of its own
    setDrawing(null);
    setSaid(null);
    setPlace(next);
  };
  const go = (forwards: boolean): void => {
    const mark = marks === undefined ? null : nextMark(marks, current?.id ?? null, forwards, way);
    if (mark !== null) return goTo({ image: picture.image, mark });
    const image = nextPicture(pictures, picture.image, forwards, way);
    if (image === null) setSaid(forwards ? 'queueEnd' : 'queueBegin');
    else goTo({ image, mark: forwards ? 'first' : 'last' });
  };
  /** After a verdict: what waits for one, from the beginning again where nothing does further on. */
  const goOn = (decided: Mark): void => {
    if (show !== 'open') return go(true);
    const here = { ...way, mine: new Set([...way.mine, decided.id]) };
    const mark = nextMark(marks ?? [], decided.id, true, here);
    if (mark !== null) return goTo({ image: picture.image, mark });
    const rest = pictures.map((one) => (one.image === picture.image ? { ...one, undecided: 0 } : one));
    const image = nextPicture(rest, picture.image, true, way, true);
    if (image !== null) return goTo({ image, mark: 'first' });
    const before = nextMark(marks ?? [], null, true, here);
    if (before !== null) goTo({ image: picture.image, mark: before });
    else setSaid('allDecided');
  };
  const decide = (verdict: Verdict): void => {
    if (current === null) return setSaid('noMark');
    const decided = current;
    setMine((known) => new Map(known).set(decided.id, decided.image));
    goOn(decided);
    sending.decide(decided, verdict, () => {
      setMine((known) => new Map([...known].filter(([id]) => id !== decided.id)));
      setPlace({ image: decided.image, mark: decided.id });
    });
  };
  const finish = (done: readonly Drawn[], { purpose }: Drawing): void => {
    setDrawing(null);
    const [only] = done;
    const found = (id: string | undefined): void => {
      // Unless somebody has gone on meanwhile.
      if (id !== undefined) setPlace((now) => (now === place ? { image: picture.image, mark: id } : now));
    };
    if (only === undefined) setSaid('drawnNothing');
    else if (purpose === 'mark') sending.draw(picture.image, kind, only, found);
    else if (current !== null) sending.split(current, done, found);
  };
  const follow = (step: Step): void => {
    if (drawing === null) return;
    if (step.kind === 'on') setDrawing(step.drawing);
    else finish(step.drawn, drawing);
  };
  const startDrawing = (purpose: Drawing['purpose'], shape: Drawn['shape']): void => {
    setSaid(null);
    if (drawing !== null) return setDrawing(withShape(drawing, shape));
    if (purpose === 'split' && current === null) return setSaid('noMark');
    setDrawing(begin(purpose, shape, current === null ? null : boundsOf(pointsOf(current.cover)), picture));
  };
  const takeBack = (): void => {
    if (drawing !== null) return setDrawing(takenBack(drawing));
    // What a split has left has no verdict of its own yet: taking it back would uncover it.
    if (current === null || current.source !== 'person' || current.covered || current.verdict === null)
      return setSaid('notDrawn');
    sending.withdraw(current, () => setPlace({ image: picture.image, mark: 'first' }));
  };
  const obey = (order: Order): void => {
    switch (order.do) {
      case 'next':
      case 'previous':
        return go(order.do === 'next');
      case 'help':
        return onHelp();
      case 'original':
        return picture.original ? setOriginal((shown) => !shown) : setSaid('originalGone');
    }
    if (!writes) return setSaid(mayWrite ? 'notOpen' : 'missingWrite');
    switch (order.do) {
      case 'blur':
        return decide({ verdict: 'blur' });
      case 'keep':
        return decide({ verdict: 'keep', reason: order.reason });
      case 'split':
        return startDrawing('split', 'box');
      case 'box':
      case 'outline':
        return startDrawing('mark', order.do);
      case 'takeBack':
        return takeBack();
    }
    if (drawing === null) return;
    switch (order.do) {
      case 'move':
        return setDrawing(moved(drawing, order.by, order.fine, picture));
      case 'point':
        return follow(pointSet(drawing, picture));
      case 'end':
        return follow(ended(drawing));
    }
  };
  return {
    ...{ picture, marks, current, drawing, kind, original, show, writes, said, setKind },
    ...{ busy: sending.busy, error: sending.error, obey },
    setShow: (next) => {
      setShow(next);
      setPlace({ image: picture.image, mark: current?.id ?? 'first' });
    },
    select: (id) => goTo({ image: picture.image, mark: id }),
    goTo: (image) => goTo({ image, mark: 'first' }),
    point: (pixel, set) => {
      if (drawing === null) return;
      const here = movedTo(drawing, pixel, picture);
      if (set) follow(pointSet(here, picture));
      else setDrawing(here);
    },
  };
}

/** What is looked at next is here before it is asked for. */
function usePrefetching(review: Review, pictures: readonly Picture[], picture: Picture | undefined, way: Way): void {
  const prefetch = usePrefetch(review.id, review.versionId);
  const ahead: string[] = [];
  for (const forwards of [true, false]) {
    let from = picture?.image ?? null;
    for (let step = 0; step < (forwards ? AHEAD : 1) && from !== null; step += 1) {
      from = nextPicture(pictures, from, forwards, way);
      if (from !== null) ahead.push(from);
    }
  }
  const names = ahead.join('\n');
  useEffect(() => {
    for (const image of names.split('\n')) if (image !== '') prefetch(image);
  }, [names]); // whatever else changes, these are the same pictures
}
