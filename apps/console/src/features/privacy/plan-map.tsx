import { Text } from '@mantine/core';
import type { JSX } from 'react';
import { planFrame } from './geometry';
import { placeText } from './looks';
import { usePrivacyWords } from './privacy-words';
import type { Picture } from './queries';

const DOT_SHARE = 0.012;
const RAY_SHARE = 0.07;

/** Where the pictures were taken, seen from above; which of them is looked at, and where the mark shows. */
export function PlanMap({
  pictures,
  current,
  place,
  onChoose,
}: {
  pictures: readonly Picture[];
  current: Picture;
  place: readonly number[] | null;
  onChoose: (image: string) => void;
}): JSX.Element {
  const { t } = usePrivacyWords();
  const placed = pictures.flatMap(({ image, position }) => (position === null ? [] : [{ image, position }]));
  const frame = planFrame([...placed.map(({ position }) => position), ...(place === null ? [] : [place])]);
  if (frame === null) return <Text size="sm">{t('noPlan')}</Text>;
  const dot = frame.span * DOT_SHARE;
  const { position, forward, name } = current;
  const [fx = 0, fy = 0] = forward ?? [];
  const [hereX = 0, hereY = 0] = position ?? [];
  const ray = (frame.span * RAY_SHARE) / (Math.hypot(fx, fy) || 1);
  const where = [
    position === null ? t('pictureUnplaced') : t('pictureAt', { name, place: placeText(position) }),
    place === null ? t('placeUnknown') : t('markInMap', { place: placeText(place) }),
  ].join(' ');
  return (
    <figure className="privacy-plan">
      <svg viewBox={frame.viewBox} role="img" aria-label={where}>
        {placed.map(({ image, position: [x = 0, y = 0] }) => (
          // By mouse as well; by keyboard the queue leads to every picture.
          <circle key={image} className="privacy-camera" cx={x} cy={-y} r={dot} onClick={() => onChoose(image)} />
        ))}
        {position !== null && (
          <>
            {forward !== null && (
              <line className="privacy-ray" x1={hereX} y1={-hereY} x2={hereX + fx * ray} y2={-(hereY + fy * ray)} />
            )}
            <circle className="privacy-here" cx={hereX} cy={-hereY} r={dot * 1.8} />
          </>
        )}
        {place !== null && <circle className="privacy-there" cx={place[0]} cy={-(place[1] ?? 0)} r={dot * 1.8} />}
      </svg>
      <Text component="figcaption" size="xs" c="dimmed">
        {t('planLegend')}
      </Text>
    </figure>
  );
}
