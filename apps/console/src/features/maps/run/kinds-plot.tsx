import { Table } from '@mantine/core';
import type { JSX } from 'react';
import { sizeText } from '../figures';
import type { MapWords } from '../english';
import { useMapWords } from '../map-words';
import type { RunFiles } from '../queries';

type Kind = RunFiles['kinds'][number]['kind'];

export const KIND_WORDS: Record<Kind, keyof MapWords> = {
  tiles: 'tiles',
  splats: 'kindSplats',
  photos: 'kindPhotos',
  plan: 'kindPlan',
  poster: 'kindPoster',
  cameras: 'kindCameras',
  localisation: 'kindLocalisation',
  manifest: 'kindManifest',
  other: 'kindOther',
};

/** What the bytes are for: a bar beside each figure. */
export function KindsPlot({ kinds }: Pick<RunFiles, 'kinds'>): JSX.Element {
  const { t, language } = useMapWords();
  const most = Math.max(1, ...kinds.map(({ bytes }) => bytes));
  return (
    <Table className="maps-kinds" captionSide="top" verticalSpacing={2} withRowBorders={false}>
      <Table.Caption>{t('filesByKind')}</Table.Caption>
      <Table.Tbody>
        {kinds.map(({ kind, files, bytes }) => (
          <Table.Tr key={kind} data-kind={kind}>
            <Table.Th scope="row">{t(KIND_WORDS[kind])}</Table.Th>
            <Table.Td>
              <svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
                <rect className="maps-kinds-bar" width={(100 * bytes) / most} height="8" />
              </svg>
            </Table.Td>
            <Table.Td>{t('filesAmount', { count: files, size: sizeText(bytes, language) })}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
