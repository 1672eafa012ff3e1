import { Alert, Progress, SegmentedControl, Stack, Text } from '@mantine/core';
import type { JSX } from 'react';
import type { CaptureKind } from '@stead/contracts/pipeline';
import type { MapWords } from '../english';
import { sizeText } from '../figures';
import { useMapWords } from '../map-words';
import { PHOTOS_ADVISED, PHOTOS_MIN, type LeftOutReason, type Verdict } from './chosen-files';
import type { Chosen } from './use-chosen-files';

const CHOSEN = { photos: 'chosenPhotos', video: 'chosenVideo', pointcloud: 'chosenPointcloud' } as const;
const LEFT_OUT: Record<LeftOutReason, keyof MapWords> = {
  'not-usable': 'leftNotUsable',
  'other-kind': 'leftOtherKind',
  empty: 'leftEmpty',
  'too-large': 'leftTooLarge',
  double: 'leftDouble',
  unreadable: 'leftUnreadable',
  refused: 'leftRefused',
};
const SHOWN_MAX = 50;

/** What was found out about the files before any of them was sent. */
export function FilesVerdict({
  chosen,
  verdict,
  onKind,
}: {
  chosen: Chosen;
  verdict: Verdict;
  onKind: (kind: CaptureKind) => void;
}): JSX.Element | null {
  const { t, language } = useMapWords();
  const { files, reading, gone } = chosen;
  if (files.length === 0 && gone === null) return null;
  const { kind, kinds, usable, leftOut, fewPhotos } = verdict;
  const bytes = usable.reduce((sum, { file }) => sum + file.size, 0);
  return (
    <Stack gap="sm">
      {reading !== null && (
        <div>
          <Text size="sm">{t('readingFiles', { done: reading.done, count: reading.count })}</Text>
          <Progress value={(100 * reading.read) / Math.max(1, reading.bytes)} aria-label={t('readingLabel')} />
        </div>
      )}
      {kinds.length > 1 && kind !== null && (
        <div>
          <Text size="sm" id="which-kind">
            {t('whichKind')}
          </Text>
          <SegmentedControl
            aria-labelledby="which-kind"
            value={kind}
            onChange={(value) => onKind(kinds.find((one) => one === value) ?? kind)}
            data={kinds.map((one) => ({ value: one, label: t(one) }))}
          />
        </div>
      )}
      {kind !== null && usable.length > 0 && (
        <Text role="status">{t(CHOSEN[kind], { count: usable.length, size: sizeText(bytes, language) })}</Text>
      )}
      {reading === null && <Stop verdict={verdict} />}
      {reading === null && fewPhotos && verdict.stops === 'none' && (
        <Alert color="yellow">{t('fewPhotos', { count: PHOTOS_ADVISED })}</Alert>
      )}
      {gone !== null && <Alert color="red">{t('fileGone', { name: gone })}</Alert>}
      {leftOut.length > 0 && (
        <details>
          <summary>{t('leftOut', { count: leftOut.length })}</summary>
          <ul className="maps-names">
            {leftOut.slice(0, SHOWN_MAX).map(({ name, reason, twin }, i) => (
              <li key={`${i} ${name}`}>
                {name} {t(LEFT_OUT[reason], { twin: twin ?? '' })}
              </li>
            ))}
            {leftOut.length > SHOWN_MAX && <li>{t('andMore', { count: leftOut.length - SHOWN_MAX })}</li>}
          </ul>
        </details>
      )}
    </Stack>
  );
}

function Stop({ verdict: { stops } }: { verdict: Verdict }): JSX.Element | null {
  const { t } = useMapWords();
  if (stops === 'none') return null;
  const words = { 'no-files': 'stopNoFiles', 'too-few-photos': 'stopTooFew', 'too-many-files': 'stopTooMany' } as const;
  return (
    <Alert color="red" role="alert">
      {t(words[stops], { min: PHOTOS_MIN })}
    </Alert>
  );
}
