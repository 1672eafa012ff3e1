import { Paper, Text } from '@mantine/core';
import type { JSX } from 'react';
import { sizeText } from './figures';
import { useMapWords } from './map-words';
import type { Quality } from './queries';

/** How good a version has become, and what would make the next one better. */
export function QualityCard({ quality, bytes }: { quality: Quality; bytes: number | null }): JSX.Element {
  const { t, language } = useMapWords();
  const number = (value: number): string => value.toLocaleString(language);
  const { images, registered, reprojectionPx, gpsResidualM } = quality;
  const scale =
    quality.scaleSource === 'gps'
      ? t('scaleGps', { metres: gpsResidualM === null ? '?' : gpsResidualM.toFixed(1) })
      : t(quality.scaleSource === 'capture' ? 'scaleCapture' : 'scaleNone');
  const facts: [string, string | null][] = [
    [
      t('registered'),
      images === null ? null : t('registeredOf', { registered: number(registered ?? 0), images: number(images) }),
    ],
    [t('reprojection'), reprojectionPx === null ? null : t('pixels', { value: reprojectionPx.toFixed(2) })],
    [t('points'), number(quality.points)],
    [t('tiles'), number(quality.tiles)],
    [t('bytes'), bytes === null ? null : sizeText(bytes, language)],
    [t('facesBlurred'), quality.facesBlurred === null ? null : number(quality.facesBlurred)],
    [t('platesBlurred'), quality.platesBlurred === null ? null : number(quality.platesBlurred)],
    [t('scale'), scale],
  ];
  const advice = [...quality.notes, ...quality.advice];
  return (
    <Paper withBorder p="sm">
      <Text fw={600} mb="xs">
        {t('quality')}: {t('grade', { grade: quality.grade })}
      </Text>
      <dl className="maps-facts">
        {facts.flatMap(([term, value]) =>
          value === null
            ? []
            : [
                <div key={term} style={{ display: 'contents' }}>
                  <dt>{term}</dt>
                  <dd>{value}</dd>
                </div>,
              ],
        )}
      </dl>
      {advice.length > 0 && (
        <ul className="maps-names" aria-label={t('advice')}>
          {advice.map((sentence) => (
            <li key={sentence}>{sentence}</li>
          ))}
        </ul>
      )}
    </Paper>
  );
}
