import { Button, Group, Paper, Stack, Text, Textarea, Title } from '@mantine/core';
import { useState, type JSX } from 'react';
import { ProblemAlert } from '../../app/feedback';
import { Form } from '../../app/forms';
import { problemAt } from './problem-at';
import { ERASURES } from './looks';
import { usePrivacyWords } from './privacy-words';
import { body, useAction, type Review, type Tagged } from './queries';

/** What becomes of the originals, and what forbids it. */
export function ErasureSection({ shown, writes }: { shown: Tagged<Review>; writes: boolean }): JSX.Element {
  const { t, moment } = usePrivacyWords();
  const { state, dueAt, erasedAt, hold } = shown.value.erasure;
  const at = state === 'due' ? dueAt : state === 'erased' ? erasedAt : null;
  return (
    <Paper component="section" withBorder p="md" aria-labelledby="erasure-title">
      <Title order={3} size="h4" id="erasure-title" mb="sm">
        {t('originals')}
      </Title>
      <Stack>
        <Text>{at === null ? t(ERASURES[state]) : `${t(ERASURES[state])}: ${moment(at)}`}</Text>
        {hold !== null && <Text fw={600}>{t('heldBecause', { reason: hold })}</Text>}
        {writes && state !== 'erased' && <Hold shown={shown} />}
        {state === 'erased' && <Certificate reviewId={shown.value.id} />}
      </Stack>
    </Paper>
  );
}

function Hold({ shown }: { shown: Tagged<Review> }): JSX.Element {
  const { t } = usePrivacyWords();
  const [reason, setReason] = useState('');
  const { id: reviewId, erasure } = shown.value;
  const held = erasure.hold !== null;
  const change = useAction((api, asked: { held: boolean; reason: string | null }) =>
    api.PUT('/v1/privacy/reviews/{reviewId}/legal-hold', {
      params: { path: { reviewId } },
      body: asked,
      headers: { 'if-match': shown.tag },
    }),
  );
  const submit = (): void => {
    const asked = held ? { held: false, reason: null } : { held: true, reason: reason.trim() === '' ? null : reason.trim() };
    change.mutate(asked, { onSuccess: () => setReason('') });
  };
  const wrong = problemAt(change.error, '/reason');
  return (
    <Form error={change.error} onSubmit={submit}>
      <Stack gap="xs">
        {held ? (
          <Text size="sm">{t('releaseText')}</Text>
        ) : (
          <Textarea
            label={t('holdReason')}
            description={t('holdHint')}
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
            error={wrong}
            autosize={false}
            rows={2}
          />
        )}
        {wrong === undefined && <ProblemAlert error={change.error} />}
        <Group>
          <Button type="submit" variant="default" loading={change.isPending}>
            {t(held ? 'release' : 'hold')}
          </Button>
        </Group>
      </Stack>
    </Form>
  );
}

/** As the server says it, byte for byte: whoever checks the hash has it from here. */
function Certificate({ reviewId }: { reviewId: string }): JSX.Element {
  const { t } = usePrivacyWords();
  const download = useAction(async (api, _: null) => {
    const certificate = body(await api.GET('/v1/privacy/reviews/{reviewId}/certificate', { params: { path: { reviewId } } }));
    const url = URL.createObjectURL(new Blob([JSON.stringify(certificate)], { type: 'application/json' }));
    const link = document.createElement('a');
    link.href = url;
    link.download = `erasure-${certificate.document.captureId}.json`;
    link.click();
    URL.revokeObjectURL(url);
  });
  return (
    <div>
      <Text size="sm" mb="xs">
        {t('certificateText')}
      </Text>
      <Button loading={download.isPending} onClick={() => download.mutate(null)}>
        {t('certificate')}
      </Button>
      <ProblemAlert error={download.error} />
    </div>
  );
}
