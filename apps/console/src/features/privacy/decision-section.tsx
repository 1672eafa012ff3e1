import { Alert, Anchor, Button, Group, Paper, Progress, Stack, Text, Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useState, type JSX } from 'react';
import { ProblemAlert } from '../../app/feedback';
import { useSession } from '../../app/session';
import { FormDialog } from '../../app/forms';
import { usePrivacyWords } from './privacy-words';
import { useAction, useBuilding, useChanged, useMe, usePolicy, type Review, type Tagged } from './queries';

interface PartProps {
  shown: Tagged<Review>;
  writes: boolean;
}

/** From verdicts to a version that shows them, and to the word that it may be shown. */
export function DecisionSection({ shown, writes }: PartProps): JSX.Element {
  const { t } = usePrivacyWords();
  const { state, failure } = shown.value;
  return (
    <Paper component="section" withBorder p="md" aria-labelledby="decision-title">
      <Title order={3} size="h4" id="decision-title" mb="sm">
        {t('decision')}
      </Title>
      <Stack>
        {failure !== null && (
          <Alert color="red" title={t('applyFailed')}>
            {failure}
          </Alert>
        )}
        {state === 'applying' && <Making review={shown.value} />}
        {state === 'open' && <Apply shown={shown} writes={writes} />}
        {state === 'open' && <Approve shown={shown} writes={writes} />}
        {state === 'approved' && <Approved shown={shown} writes={writes} />}
      </Stack>
    </Paper>
  );
}

/** The version that is being made. What is known of its run stands here; without a word of it, the bar says only that it goes on. */
function Making({ review }: { review: Review }): JSX.Element {
  const { t } = usePrivacyWords();
  const { scopes } = useSession();
  const building = useBuilding(review).data ?? null;
  const percent = building?.percent ?? null;
  return (
    <div>
      <Text>{t('applying')}</Text>
      <Progress
        mt="xs"
        value={percent ?? 100}
        animated={percent === null}
        aria-label={percent === null ? t('applying') : `${t('applying')} ${Math.round(percent)} %`}
      />
      {percent !== null && <Text size="sm">{`${Math.round(percent)} %`}</Text>}
      <Text size="sm" c="dimmed">
        {t('applyingText')}
      </Text>
      <Anchor renderRoot={(props) => <Link {...props} to="/" />}>{t('seeRuns')}</Anchor>
      {building !== null && [...scopes].some((scope) => scope.startsWith('platform:')) && (
        <Text size="xs" c="dimmed">
          {t('runId', { id: building.runId })}
        </Text>
      )}
    </div>
  );
}

function Apply({ shown, writes }: PartProps): JSX.Element {
  const { t } = usePrivacyWords();
  const [asked, setAsked] = useState(false);
  const { id: reviewId, changes } = shown.value;
  const changed = useChanged(reviewId).data;
  const pictures = new Set(changed?.map(({ image }) => image)).size;
  const apply = useAction((api, _: null) =>
    api.POST('/v1/privacy/reviews/{reviewId}/apply', { params: { path: { reviewId } }, headers: { 'if-match': shown.tag } }),
  );
  return (
    <div>
      <Text size="sm" mb="xs">
        {changes === 0 ? t('nothingToApply') : t('toApply', { changes, pictures })}
      </Text>
      {writes && (
        <Button disabled={changes === 0} onClick={() => setAsked(true)}>
          {t('apply')}
        </Button>
      )}
      {asked && (
        <FormDialog
          title={t('applyTitle')}
          button={t('apply')}
          busy={apply.isPending}
          error={apply.error}
          onSubmit={() => apply.mutate(null, { onSuccess: () => setAsked(false) })}
          onClose={() => setAsked(false)}
        >
          <Text size="sm">{t('toApply', { changes, pictures })}</Text>
          <Text size="sm">{t('applyText')}</Text>
        </FormDialog>
      )}
    </div>
  );
}

function Approve({ shown, writes }: PartProps): JSX.Element {
  const { t } = usePrivacyWords();
  const { id: reviewId, undecided, changes } = shown.value;
  const policy = usePolicy().data?.value;
  const me = useMe().data;
  const approve = useAction((api, _: null) =>
    api.POST('/v1/privacy/reviews/{reviewId}/approve', { params: { path: { reviewId } }, headers: { 'if-match': shown.tag } }),
  );
  const missing: string[] = [
    ...(undecided === 0 ? [] : [t('missingVerdicts', { count: undecided })]),
    ...(changes === 0 ? [] : [t('missingApply', { count: changes })]),
    ...(policy?.twoPersons !== true ? [] : [t(me?.kind === 'api-key' ? 'secondPersonNoKey' : 'secondPerson')]),
  ];
  const days = policy?.eraseAfterDays ?? null;
  const ready = undecided === 0 && changes === 0;
  return (
    <div>
      <Text size="sm" mb="xs">
        {t(ready ? 'approveReady' : 'approveMissing')}
      </Text>
      {missing.length > 0 && (
        <ul className="privacy-missing">
          {missing.map((one) => (
            <li key={one}>
              <Text size="sm">{one}</Text>
            </li>
          ))}
        </ul>
      )}
      {days !== null && (
        <Text size="sm" mb="xs">
          {t('approveErases', { days })}
        </Text>
      )}
      {writes && (
        <Button disabled={!ready} loading={approve.isPending} onClick={() => approve.mutate(null)}>
          {t('approve')}
        </Button>
      )}
      <ProblemAlert error={approve.error} />
    </div>
  );
}

function Approved({ shown, writes }: PartProps): JSX.Element {
  const { t, moment } = usePrivacyWords();
  const { id: reviewId, approvedBy, approvedAt, erasure } = shown.value;
  const reopen = useAction((api, _: null) =>
    api.POST('/v1/privacy/reviews/{reviewId}/reopen', { params: { path: { reviewId } }, headers: { 'if-match': shown.tag } }),
  );
  return (
    <div>
      <Text>{t('approvedBy', { by: approvedBy ?? '–', moment: moment(approvedAt) })}</Text>
      <Text size="sm" c="dimmed" mb="xs">
        {t(erasure.state === 'erased' ? 'reopenErased' : 'reopenText')}
      </Text>
      {writes && (
        <Group>
          <Button variant="default" loading={reopen.isPending} onClick={() => reopen.mutate(null)}>
            {t('reopen')}
          </Button>
        </Group>
      )}
      <ProblemAlert error={reopen.error} />
    </div>
  );
}
