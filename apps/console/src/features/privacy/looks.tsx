import { Badge } from '@mantine/core';
import type { JSX } from 'react';
import { usePrivacyWords, type PrivacyTranslation, type Word } from './privacy-words';
import type { Show } from './queue-order';
import type { BlurRequest, KeepReason, Mark, MarkKind, Review } from './queries';

interface Look {
  word: Word;
  color: string;
  sign: string;
}

export const REVIEW_STATES: Record<Review['state'], Look> = {
  reading: { word: 'stateReading', color: 'gray', sign: '…' },
  open: { word: 'stateOpen', color: 'yellow', sign: '○' },
  applying: { word: 'stateApplying', color: 'blue', sign: '◐' },
  approved: { word: 'stateApproved', color: 'teal', sign: '●' },
  closed: { word: 'stateClosed', color: 'gray', sign: '✕' },
};
export const REQUEST_STATES: Record<BlurRequest['state'], Look> = {
  received: { word: 'requestReceived', color: 'yellow', sign: '○' },
  accepted: { word: 'requestAccepted', color: 'blue', sign: '◐' },
  done: { word: 'requestDone', color: 'teal', sign: '●' },
  declined: { word: 'requestDeclined', color: 'gray', sign: '✕' },
};
export const ERASURES: Record<Review['erasure']['state'], Word> = {
  ...{ kept: 'erasureKept', due: 'erasureDue', ordered: 'erasureOrdered', erased: 'erasureErased' },
};
export const KINDS: Record<MarkKind, Word> = {
  ...{
    face: 'kindFace',
    plate: 'kindPlate',
    person: 'kindPerson',
    screen: 'kindScreen',
    document: 'kindDocument',
    other: 'kindOther',
  },
};
export const REASONS: Record<KeepReason, Word> = {
  artwork: 'reasonArtwork',
  statue: 'reasonStatue',
  advert: 'reasonAdvert',
  consent: 'reasonConsent',
  'not-a-person': 'reasonNotAPerson',
};
export const ASKED: Record<BlurRequest['what'], Word> = {
  ...{
    face: 'askedFace',
    body: 'askedBody',
    plate: 'askedPlate',
    home: 'askedHome',
    document: 'askedDocument',
    other: 'askedOther',
  },
};
export const SHOW_WORDS: Record<Show, Word> = { open: 'showOpen', changed: 'showChanged', all: 'showAll' };

export function StateBadge({ look: { word, color, sign } }: { look: Look }): JSX.Element {
  const { t } = usePrivacyWords();
  return (
    <Badge
      color={color}
      variant="light"
      tt="none"
      // The badge's own colour on its own pale ground is too faint to read.
      styles={{ root: { color: 'var(--mantine-color-text)' } }}
      leftSection={<span aria-hidden="true">{sign}</span>}
    >
      {t(word)}
    </Badge>
  );
}

export function verdictText({ t }: PrivacyTranslation, { verdict, reason }: Pick<Mark, 'verdict' | 'reason'>): string {
  if (verdict === null) return t('undecided');
  if (verdict === 'blur') return t('verdictBlur');
  return reason === null ? t('verdictKeep') : `${t('verdictKeep')}: ${t(REASONS[reason])}`;
}

/** `face · 92 % · undecided`. */
export function markText(words: PrivacyTranslation, mark: Mark): string {
  const { score, source, kind } = mark;
  const { t } = words;
  return [
    t(KINDS[kind]),
    source === 'person' ? t('drawnByPerson') : score === null ? t('foundByDetector') : `${Math.round(score * 100)} %`,
    verdictText(words, mark),
  ].join(' · ');
}

/** Metres, or what the map has instead. */
export function placeText(place: readonly number[]): string {
  return place.map((value) => value.toFixed(2)).join(', ');
}
