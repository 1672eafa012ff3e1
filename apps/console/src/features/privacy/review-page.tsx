import { Alert, Anchor, Group, Stack, Text, Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { JSX } from 'react';
import { Loading, ProblemAlert } from '../../app/feedback';
import { useSession } from '../../app/session';
import { DecisionSection } from './decision-section';
import { ErasureSection } from './erasure-section';
import { REVIEW_STATES, StateBadge } from './looks';
import { usePrivacyWords } from './privacy-words';
import { QueueSection } from './queue-section';
import { isMissing, useReview, type Review, type Tagged } from './queries';
import { TrailSection } from './trail-section';

export function ReviewPage({ reviewId }: { reviewId: string }): JSX.Element {
  const { t } = usePrivacyWords();
  const { data, error } = useReview(reviewId);
  return (
    <Stack>
      <div>
        <Anchor renderRoot={(props) => <Link {...props} to="/privacy" />}>{t('backToReviews')}</Anchor>
      </div>
      {data === undefined && error === null && <Loading />}
      {isMissing(error) ? <Alert color="yellow">{t('noneRead')}</Alert> : <ProblemAlert error={error} />}
      {data !== undefined && !isMissing(error) && <Parts shown={data} />}
    </Stack>
  );
}

function Parts({ shown }: { shown: Tagged<Review> }): JSX.Element {
  const { t, moment } = usePrivacyWords();
  const { scopes } = useSession();
  const writes = scopes.has('privacy:write');
  const review = shown.value;
  const { state, name, versionNumber, pictures, detections, changedAt } = review;
  return (
    <>
      <Group justify="space-between" align="start">
        <div>
          <Title order={2} className="privacy-name">
            {name}
          </Title>
          <Text size="sm" c="dimmed">
            {[
              t('version', { number: versionNumber }),
              t('counts', { pictures, marks: detections }),
              t('changedAt', { moment: moment(changedAt) }),
            ].join(' · ')}
          </Text>
        </div>
        <StateBadge look={REVIEW_STATES[state]} />
      </Group>
      {!writes && <Text size="sm">{t('missingWrite')}</Text>}
      {state === 'reading' && <Alert color="gray">{t('readingText')}</Alert>}
      {state === 'closed' && <Alert color="gray">{t('closedText')}</Alert>}
      {state !== 'reading' && state !== 'closed' && <QueueSection review={review} mayWrite={writes} />}
      <div className="privacy-grid">
        <DecisionSection shown={shown} writes={writes} />
        <ErasureSection shown={shown} writes={writes} />
      </div>
      <TrailSection of={{ reviewId: review.id }} />
    </>
  );
}
