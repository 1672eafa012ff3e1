import { Badge, Text } from '@mantine/core';
import type { JSX } from 'react';
import { usePublicationWords, type PublicationTranslation } from './publication-words';
import type { PublicationWords } from './english';
import type { Publication, Visibility } from './queries';

type Word = keyof PublicationWords;

/** In the order in which they are offered. */
export const VISIBILITIES: Record<Visibility, { word: Word; hint: Word }> = {
  link: { word: 'visibilityLink', hint: 'visibilityLinkHint' },
  password: { word: 'visibilityPassword', hint: 'visibilityPasswordHint' },
  public: { word: 'visibilityPublic', hint: 'visibilityPublicHint' },
  members: { word: 'visibilityMembers', hint: 'visibilityMembersHint' },
  paid: { word: 'visibilityPaid', hint: 'visibilityPaidHint' },
  private: { word: 'visibilityPrivate', hint: 'visibilityPrivateHint' },
};

const STATES: Record<Publication['state'], { word: Word; color: string; sign: string }> = {
  published: { word: 'statePublished', color: 'teal', sign: '●' },
  unpublished: { word: 'stateUnpublished', color: 'yellow', sign: '○' },
  closed: { word: 'stateClosed', color: 'gray', sign: '✕' },
};

export function StateBadge({ state }: { state: Publication['state'] }): JSX.Element {
  const { t } = usePublicationWords();
  const { word, color, sign } = STATES[state];
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

/** `Version 3 · scene at revision 12`. */
export function editionText({ t }: PublicationTranslation, number: number | null, sceneRevision: number | null): string {
  return [
    ...(number === null ? [] : [t('version', { number })]),
    sceneRevision === null ? t('noScene') : t('sceneAt', { revision: sceneRevision }),
  ].join(' · ');
}

export function Facts({ publication }: { publication: Publication }): JSX.Element {
  const words = usePublicationWords();
  const { visibility, versionNumber, scene, changedAt } = publication;
  return (
    <Text size="sm" c="dimmed">
      {[
        words.t(VISIBILITIES[visibility].word),
        editionText(words, versionNumber, scene?.revision ?? null),
        words.t('changedAt', { moment: words.moment(changedAt) }),
      ].join(' · ')}
    </Text>
  );
}
