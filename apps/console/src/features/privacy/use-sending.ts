import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { SteadApi } from '@stead/web/api-client';
import type { Drawn } from './drawing';
import { PRIVACY, body, useApi, type KeepReason, type Mark, type MarkKind, type Picture, type Review } from './queries';

export type Verdict = { verdict: 'blur' } | { verdict: 'keep'; reason: KeepReason };

export interface Sending {
  /** Something is on its way. */
  busy: boolean;
  /** What the server said against the last of it that it refused. */
  error: unknown;
  /** `onRefused`: it is not decided after all. */
  decide(mark: Mark, verdict: Verdict, onRefused: () => void): void;
  draw(image: string, kind: MarkKind, drawing: Drawn, onDone: (id: string | undefined) => void): void;
  split(mark: Mark, drawings: readonly Drawn[], onDone: (id: string | undefined) => void): void;
  withdraw(mark: Mark, onDone: () => void): void;
}

/** Verdicts are sent one by one and beside each other; after each only what it changes is read again. */
export function useSending({ id: reviewId }: Review): Sending {
  const api = useApi();
  const queries = useQueryClient();
  const [under, setUnder] = useState(0);
  const [error, setError] = useState<unknown>(null);
  const send = async <T>(
    image: string,
    act: (api: SteadApi) => Promise<T>,
    { onDone, onRefused }: { onDone?: (done: T) => void; onRefused?: () => void },
  ): Promise<void> => {
    setUnder((count) => count + 1);
    try {
      const done = await act(api);
      setError(null);
      onDone?.(done);
    } catch (refused) {
      setError(refused);
      onRefused?.();
    } finally {
      setUnder((count) => count - 1);
      await Promise.all(
        [
          ['marks', reviewId, image],
          ['marks', reviewId, 'changed of all'],
          ['review', reviewId],
          ['pictures', reviewId],
        ].map((key) => queries.invalidateQueries({ queryKey: [PRIVACY, ...key] })),
      );
    }
  };
  /** What the server has said of the marks of a picture counts at once: the queue goes on from there, whatever is read again meanwhile. */
  const marksAre = (image: string, change: (known: Mark[]) => Mark[]): void => {
    const queryKey = [PRIVACY, 'marks', reviewId, image];
    void queries.cancelQueries({ queryKey });
    queries.setQueryData<Mark[]>(queryKey, (known) => known && change(known));
  };
  /** The list of pictures is long: what a verdict changes of it is known until it is read again. */
  const oneLess = ({ image, verdict }: Mark): void => {
    if (verdict !== null) return;
    queries.setQueryData<Picture[]>([PRIVACY, 'pictures', reviewId], (known) =>
      known?.map((one) => (one.image === image ? { ...one, undecided: Math.max(0, one.undecided - 1) } : one)),
    );
  };
  const path = { reviewId };
  return {
    busy: under > 0,
    error,
    decide: (mark, verdict, onRefused) => {
      oneLess(mark);
      const asked = { detections: [mark.id], verdict };
      void send(mark.image, (to) => to.POST('/v1/privacy/reviews/{reviewId}/verdicts', { params: { path }, body: asked }), {
        onRefused,
      });
    },
    draw: (image, kind, drawing, onDone) =>
      void send(
        image,
        async (to) =>
          body(await to.POST('/v1/privacy/reviews/{reviewId}/detections', { params: { path }, body: { image, kind, drawing } })),
        {
          onDone: (made) => {
            marksAre(image, (known) => [...known, made]);
            onDone(made.id);
          },
        },
      ),
    split: (mark, drawings, onDone) => {
      const params = { path: { reviewId, detectionId: mark.id } };
      const parts = drawings.map((drawing) => ({ drawing }));
      void send(
        mark.image,
        async (to) =>
          body(await to.POST('/v1/privacy/reviews/{reviewId}/detections/{detectionId}/split', { params, body: { parts } })),
        {
          onDone: ({ items }) => {
            marksAre(mark.image, (known) => [...known.filter(({ id }) => id !== mark.id), ...items]);
            onDone(items[0]?.id);
          },
        },
      );
    },
    withdraw: (mark, onDone) => {
      const params = { path: { reviewId, detectionId: mark.id } };
      void send(mark.image, (to) => to.DELETE('/v1/privacy/reviews/{reviewId}/detections/{detectionId}', { params }), {
        onDone: () => {
          marksAre(mark.image, (known) => known.filter(({ id }) => id !== mark.id));
          onDone();
        },
      });
    },
  };
}
