import { Anchor, Button, Table, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { JSX } from 'react';
import { Loading, ProblemAlert } from '../../app/feedback';
import { Pager } from '../../app/pager';
import { useAnalyticsWords } from './analytics-words';
import type { Day } from './days';
import { useHotspotTitles, useViewedPlaces, type Period, type Statistics, type ViewedPlace } from './queries';

/** The plot, for who would rather read it. */
export function DaysTable({ days }: { days: readonly Day[] }): JSX.Element {
  const { t, language } = useAnalyticsWords();
  const date = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeZone: 'UTC' });
  return (
    <details>
      <summary>{t('asTable')}</summary>
      <Table captionSide="top">
        <Table.Caption>{t('byDay')}</Table.Caption>
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">{t('day')}</Table.Th>
            <Table.Th scope="col">{t('views')}</Table.Th>
            <Table.Th scope="col">{t('visitors')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {days.map(({ day, views, visitors }) => (
            <Table.Tr key={day}>
              <Table.Th scope="row">{date.format(new Date(day))}</Table.Th>
              <Table.Td>{views}</Table.Td>
              <Table.Td>{visitors ?? t('few')}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </details>
  );
}

interface PlacesProps {
  period: Period;
  cursor: string;
  onCursor: (cursor: string) => void;
  onOnly: (publicationId: string) => void;
}

/** All places, whichever of them the rest of the page is about: it is where another one is chosen. */
export function TopPlaces({ period, cursor, onCursor, onOnly }: PlacesProps): JSX.Element {
  const { t } = useAnalyticsWords();
  const { data, error } = useViewedPlaces(period, cursor);
  return (
    <div>
      <ProblemAlert error={error} />
      {data === undefined && error === null && <Loading />}
      {data?.items.length === 0 && <Text c="dimmed">{t('topNone')}</Text>}
      {data !== undefined && data.items.length > 0 && (
        <div className="analytics-scroll" tabIndex={0} role="group" aria-label={t('top')}>
          <Table withTableBorder captionSide="top">
            <Table.Caption>{t('top')}</Table.Caption>
            <Table.Thead>
              <Table.Tr>
                <Table.Th scope="col">{t('place')}</Table.Th>
                <Table.Th scope="col">{t('views')}</Table.Th>
                <Table.Th scope="col">{t('visitors')}</Table.Th>
                <Table.Th scope="col">{t('actions')}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {data.items.map((place) => (
                <PlaceRow key={place.publicationId} place={place} onOnly={onOnly} />
              ))}
            </Table.Tbody>
          </Table>
        </div>
      )}
      <Pager cursor={cursor} next={data?.next ?? null} onChange={onCursor} />
    </div>
  );
}

function PlaceRow({ place, onOnly }: { place: ViewedPlace; onOnly: (publicationId: string) => void }): JSX.Element {
  const { t } = useAnalyticsWords();
  const { publicationId, title, views, visitors } = place;
  return (
    <Table.Tr>
      <Table.Th scope="row">
        {title === null ? (
          t('gone')
        ) : (
          <Anchor
            inherit
            renderRoot={(props) => <Link {...props} to="/publications/$publicationId" params={{ publicationId }} />}
          >
            {title}
          </Anchor>
        )}
      </Table.Th>
      <Table.Td>{views}</Table.Td>
      <Table.Td>{visitors ?? t('few')}</Table.Td>
      <Table.Td>
        <Button
          size="compact-sm"
          variant="default"
          aria-label={t('onlyOf', { title: title ?? t('gone') })}
          onClick={() => onOnly(publicationId)}
        >
          {t('only')}
        </Button>
      </Table.Td>
    </Table.Tr>
  );
}

export function TopHotspots({ statistics: { hotspots } }: { statistics: Statistics }): JSX.Element {
  const { t } = useAnalyticsWords();
  const titles = useHotspotTitles([...new Set(hotspots.map(({ publicationId }) => publicationId))]);
  if (hotspots.length === 0) return <Text c="dimmed">{t('hotspotsNone')}</Text>;
  return (
    <Table withTableBorder captionSide="top">
      <Table.Caption>{t('hotspots')}</Table.Caption>
      <Table.Thead>
        <Table.Tr>
          <Table.Th scope="col">{t('hotspot')}</Table.Th>
          <Table.Th scope="col">{t('visitors')}</Table.Th>
          <Table.Th scope="col">{t('opens')}</Table.Th>
          <Table.Th scope="col">{t('dwell')}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {hotspots.map(({ hotspotId, publicationId, visitors, opens, dwellS }) => (
          <Table.Tr key={publicationId + hotspotId}>
            <Table.Th scope="row">{titles.get(hotspotId) ?? hotspotId.slice(0, 8)}</Table.Th>
            <Table.Td>{visitors}</Table.Td>
            <Table.Td>{opens}</Table.Td>
            <Table.Td>{t('secondsEach', { seconds: Math.round(dwellS / Math.max(1, opens)) })}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
