import { Anchor, Button, Group, NumberInput, Paper, Stack, Text, Textarea, Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useState, type JSX } from 'react';
import { ProblemAlert } from '../../app/feedback';
import { Form } from '../../app/forms';
import { problemAt } from './problem-at';
import { aroundPlace, volumeAround, type AroundPlace } from './geometry';
import { usePrivacyWords, type Word } from './privacy-words';
import { useAction, type BlurRequest, type Tagged } from './queries';

const SIZES: readonly (readonly [keyof AroundPlace, Word])[] = [
  ['width', 'alongX'],
  ['depth', 'alongY'],
  ['bottom', 'bottom'],
  ['top', 'top'],
];
type Draft = Record<keyof AroundPlace, number | string>;

/** What was answered, or the two answers that there are. */
export function AnswerSection({ shown, writes }: { shown: Tagged<BlurRequest>; writes: boolean }): JSX.Element {
  const { t } = usePrivacyWords();
  const { state, reviewId, answer } = shown.value;
  return (
    <Paper component="section" withBorder p="md" aria-labelledby="answer-title">
      <Title order={3} size="h4" id="answer-title" mb="sm">
        {t('answer')}
      </Title>
      {state === 'received' && writes && (
        <Stack gap="xl">
          <Accept shown={shown} />
          <Decline shown={shown} />
        </Stack>
      )}
      {state === 'received' && !writes && <Text>{t('notAnswered')}</Text>}
      {state === 'accepted' && <Text mb="xs">{t('acceptedText')}</Text>}
      {state === 'done' && <Text mb="xs">{t('doneText')}</Text>}
      {state === 'declined' && (
        <Text className="privacy-name" mb="xs">
          {answer}
        </Text>
      )}
      {reviewId !== null && (
        <Anchor renderRoot={(props) => <Link {...props} to="/privacy/$reviewId" params={{ reviewId }} />}>
          {t('seeReview')}
        </Anchor>
      )}
    </Paper>
  );
}

function Accept({ shown }: { shown: Tagged<BlurRequest> }): JSX.Element {
  const { t } = usePrivacyWords();
  const { id: requestId, place } = shown.value;
  const [draft, setDraft] = useState<Draft>(() => aroundPlace(place));
  const accept = useAction((api, around: AroundPlace) =>
    api.POST('/v1/privacy/requests/{requestId}/accept', {
      params: { path: { requestId } },
      body: { volume: { shape: 'box', ...volumeAround(place, around) } },
      headers: { 'if-match': shown.tag },
    }),
  );
  const asked: AroundPlace = {
    ...{ width: Number(draft.width), depth: Number(draft.depth), bottom: Number(draft.bottom), top: Number(draft.top) },
  };
  // A box that ends before it begins is none; the server's word for it names corners that nobody has typed.
  const empty = SIZES.some(([name]) => draft[name] === '') || asked.width <= 0 || asked.depth <= 0 || asked.top <= asked.bottom;
  return (
    <Form error={accept.error} onSubmit={() => !empty && accept.mutate(asked)}>
      <Title order={4} size="h5">
        {t('accept')}
      </Title>
      <Text size="sm" mb="xs">
        {t('acceptText')}
      </Text>
      <div className="privacy-sizes">
        {SIZES.map(([name, word]) => (
          <NumberInput
            key={name}
            label={t(word)}
            value={draft[name]}
            onChange={(value) => setDraft((known) => ({ ...known, [name]: value }))}
            step={0.1}
            decimalScale={4}
          />
        ))}
      </div>
      {empty && (
        <Text size="sm" role="alert" my="xs">
          {t('emptyBox')}
        </Text>
      )}
      <ProblemAlert error={accept.error} />
      <Button type="submit" mt="sm" disabled={empty} loading={accept.isPending}>
        {t('accept')}
      </Button>
    </Form>
  );
}

function Decline({ shown }: { shown: Tagged<BlurRequest> }): JSX.Element {
  const { t } = usePrivacyWords();
  const { id: requestId } = shown.value;
  const [answer, setAnswer] = useState('');
  const decline = useAction((api, said: string) =>
    api.POST('/v1/privacy/requests/{requestId}/decline', {
      params: { path: { requestId } },
      body: { answer: said },
      headers: { 'if-match': shown.tag },
    }),
  );
  const wrong = problemAt(decline.error, '/answer');
  return (
    <Form error={decline.error} onSubmit={() => decline.mutate(answer)}>
      <Title order={4} size="h5">
        {t('decline')}
      </Title>
      <Textarea
        label={t('declineAnswer')}
        description={t('declineHint')}
        value={answer}
        onChange={(event) => setAnswer(event.currentTarget.value)}
        error={wrong}
        rows={3}
      />
      {wrong === undefined && <ProblemAlert error={decline.error} />}
      <Group mt="sm">
        <Button type="submit" variant="default" loading={decline.isPending}>
          {t('decline')}
        </Button>
      </Group>
    </Form>
  );
}
