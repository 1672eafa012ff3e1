import { Stack, Text, Title } from '@mantine/core';
import { Link, useSearch } from '@tanstack/react-router';
import type { JSX } from 'react';
import { PolicySection } from './policy-section';
import { usePrivacyWords, type Word } from './privacy-words';
import { RequestsSection } from './requests-section';
import { ReviewsSection } from './reviews-section';

const PARTS = { reviews: 'reviews', requests: 'requests', policy: 'policy' } as const satisfies Record<string, Word>;
type Part = keyof typeof PARTS;

/** Its parts have filters of their own, so each stands in the address. */
export function PrivacyPage(): JSX.Element {
  const { t } = usePrivacyWords();
  const { part } = useSearch({ strict: false }) as Record<string, string | undefined>; // strings, by the route's own check
  const shown: Part = part === 'requests' || part === 'policy' ? part : 'reviews';
  return (
    <Stack>
      <div>
        <Title order={2}>{t('title')}</Title>
        <Text c="dimmed">{t('intro')}</Text>
      </div>
      <nav className="privacy-parts" aria-label={t('title')}>
        {Object.entries(PARTS).map(([name, word]) => (
          <Link
            key={name}
            className="shell-link"
            to="/privacy"
            search={name === 'reviews' ? {} : { part: name }}
            activeOptions={{ includeSearch: false }}
            activeProps={{}}
            aria-current={name === shown ? 'page' : undefined}
          >
            {t(word)}
          </Link>
        ))}
      </nav>
      {shown === 'reviews' && <ReviewsSection />}
      {shown === 'requests' && <RequestsSection />}
      {shown === 'policy' && <PolicySection />}
    </Stack>
  );
}
