import { Loader, Text } from '@mantine/core';
import { useRef, type JSX, type PointerEvent, type Ref } from 'react';
import { ProblemAlert } from '../../app/feedback';
import { cornersOf, preview, type Drawing, type Drawn, type Pixel } from './drawing';
import { pixelAt, pointsOf } from './geometry';
import { usePrivacyWords } from './privacy-words';
import { usePictureBytes, type Mark, type Review } from './queries';
import { useObjectUrl } from './use-object-url';
import type { Queue } from './use-queue';

/** A hand that clicks trembles; one that drags a box goes farther. */
const DRAG_PX_MIN = 6;

/** The picture, with the marks over it. It has the focus while the queue is worked through. */
export function PictureView({ ref, review, queue }: { ref: Ref<HTMLDivElement>; review: Review; queue: Queue }): JSX.Element {
  const { t } = usePrivacyWords();
  const { picture, marks, current, drawing, original } = queue;
  const as = original ? 'original' : 'covered';
  const bytes = usePictureBytes({ reviewId: review.id, versionId: review.versionId, image: picture.image, as });
  const url = useObjectUrl(bytes.data);
  const { width, height } = picture;
  return (
    // Letters are for the queue here, and not for whatever reads the page out: role application says so.
    <div ref={ref} className="privacy-stage" tabIndex={0} role="application" aria-label={t('stageLabel', { name: picture.name })}>
      <div
        className="privacy-picture"
        style={{ aspectRatio: `${width} / ${height}`, maxWidth: `calc(60vh * ${width / height})` }}
      >
        {url !== null && <img src={url} alt={t(original ? 'pictureOriginal' : 'pictureCovered', { name: picture.name })} />}
        {bytes.isLoading && <Loader className="privacy-wait" aria-label={t('loadingPicture')} role="status" />}
        {bytes.error !== null && <ProblemAlert error={bytes.error} />}
        <Overlay {...{ width, height, drawing, queue }} marks={marks ?? []} current={current} />
      </div>
      <Text size="xs" c="dimmed">
        {t(original ? 'asOriginal' : 'asCovered')}
      </Text>
    </div>
  );
}

function Overlay({
  width,
  height,
  marks,
  current,
  drawing,
  queue,
}: {
  width: number;
  height: number;
  marks: readonly Mark[];
  current: Mark | null;
  drawing: Drawing | null;
  queue: Queue;
}): JSX.Element {
  const down = useRef<{ x: number; y: number } | null>(null);
  const at = (event: PointerEvent<SVGSVGElement>): Pixel =>
    pixelAt(event, event.currentTarget.getBoundingClientRect(), { width, height });
  // A box by two clicks, or by one drag; an outline point by point.
  const drawn =
    drawing === null
      ? {}
      : {
          onPointerDown: (event: PointerEvent<SVGSVGElement>) => {
            if (!event.isPrimary) return;
            event.currentTarget.setPointerCapture(event.pointerId);
            down.current = { x: event.clientX, y: event.clientY };
            queue.point(at(event), true);
          },
          onPointerMove: (event: PointerEvent<SVGSVGElement>) => queue.point(at(event), false),
          onPointerUp: (event: PointerEvent<SVGSVGElement>) => {
            const from = down.current;
            down.current = null;
            if (from === null || drawing.shape !== 'box') return;
            if (Math.hypot(event.clientX - from.x, event.clientY - from.y) >= DRAG_PX_MIN) queue.point(at(event), true);
          },
        };
  return (
    // What is drawn here is also said, and chosen from the list beside it.
    <svg
      className="privacy-overlay"
      data-drawing={drawing?.shape}
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio="none"
      aria-hidden="true"
      {...drawn}
    >
      {current !== null && <polygon className="privacy-halo" points={pointsText(pointsOf(current.cover))} />}
      {marks.map((mark) => (
        <polygon
          key={mark.id}
          className="privacy-mark"
          data-verdict={mark.verdict ?? 'none'}
          data-current={mark.id === current?.id}
          points={pointsText(pointsOf(mark.cover))}
          onClick={() => drawing === null && queue.select(mark.id)}
        />
      ))}
      {drawing !== null && <Sketch drawing={drawing} size={Math.max(width, height)} />}
    </svg>
  );
}

function Sketch({ drawing, size }: { drawing: Drawing; size: number }): JSX.Element {
  const [x, y] = drawing.cross;
  const arm = size * 0.02;
  return (
    <>
      {drawing.parts.map((part, i) => (
        <polygon key={i} className="privacy-part" points={pointsText(cornersOfDrawn(part))} />
      ))}
      <polygon className="privacy-sketch" points={pointsText(preview(drawing))} />
      {drawing.points.map(([px, py], i) => (
        <circle key={i} className="privacy-point" cx={px} cy={py} r={size * 0.004} />
      ))}
      <path className="privacy-cross" d={`M${x - arm} ${y}H${x + arm}M${x} ${y - arm}V${y + arm}`} />
    </>
  );
}

function cornersOfDrawn(drawn: Drawn): readonly Pixel[] {
  return drawn.shape === 'box' ? cornersOf(drawn.box) : drawn.outline;
}

const pointsText = (points: readonly Pixel[]): string => points.map((point) => point.join()).join(' ');
