import { Button, Group, Kbd, Stack, Text, Title } from '@mantine/core';
import type { JSX } from 'react';
import { ProblemAlert } from '../../app/feedback';
import { VERDICT_KEYS, type Order } from './keys';
import { KINDS, REASONS, markText, placeText, verdictText } from './looks';
import { usePrivacyWords } from './privacy-words';
import { useCropBytes, type Mark, type PictureAs, type Review } from './queries';
import { useObjectUrl } from './use-object-url';
import type { Queue } from './use-queue';

/** What is known of the mark, and what can be decided about it. */
export function MarkPanel({ review, queue }: { review: Review; queue: Queue }): JSX.Element {
  const words = usePrivacyWords();
  const { t } = words;
  const { current, marks, original } = queue;
  return (
    <Stack gap="sm">
      <Group justify="space-between">
        <Title order={4} size="h5">
          {current === null ? t('noMark') : t(KINDS[current.kind])}
        </Title>
        <Group gap="xs">
          <Step queue={queue} order={{ do: 'previous' }} text={t('previousMark')} name="k" />
          <Step queue={queue} order={{ do: 'next' }} text={t('nextMark')} name="j" />
        </Group>
      </Group>
      {current !== null && <Facts review={review} mark={current} as={original ? 'original' : 'covered'} />}
      {queue.writes && current !== null && (
        <Group gap="xs" role="group" aria-label={t('verdict')}>
          {VERDICT_KEYS.map(([name, order]) => (
            <Button
              key={name}
              size="compact-sm"
              variant={order.do === 'blur' ? 'filled' : 'default'}
              aria-pressed={order.do === 'blur' ? current.verdict === 'blur' : current.reason === order.reason}
              onClick={() => queue.obey(order)}
            >
              {order.do === 'blur' ? t('blur') : t(REASONS[order.reason])} <Kbd ml={6}>{name}</Kbd>
            </Button>
          ))}
        </Group>
      )}
      <Button
        size="compact-sm"
        variant="default"
        aria-pressed={original}
        disabled={!queue.picture.original}
        onClick={() => queue.obey({ do: 'original' })}
        style={{ justifySelf: 'start', alignSelf: 'start' }}
      >
        {t('showOriginal')} <Kbd ml={6}>o</Kbd>
      </Button>
      {!queue.picture.original && <Text size="sm">{t('originalGone')}</Text>}
      {marks !== undefined && marks.length > 0 && (
        <details>
          <summary>{t('marksOfPicture', { count: marks.length })}</summary>
          <ul className="plain-list privacy-marks">
            {marks.map((mark, i) => (
              <li key={mark.id}>
                <Button
                  variant="subtle"
                  size="compact-sm"
                  aria-current={mark.id === current?.id}
                  onClick={() => queue.select(mark.id)}
                >
                  {`${i + 1}. ${markText(words, mark)}`}
                </Button>
              </li>
            ))}
          </ul>
        </details>
      )}
    </Stack>
  );
}

function Step({ queue, order, text, name }: { queue: Queue; order: Order; text: string; name: string }): JSX.Element {
  return (
    <Button size="compact-sm" variant="default" onClick={() => queue.obey(order)}>
      {text} <Kbd ml={6}>{name}</Kbd>
    </Button>
  );
}

function Facts({ review, mark, as }: { review: Review; mark: Mark; as: PictureAs }): JSX.Element {
  const words = usePrivacyWords();
  const { t, moment } = words;
  const crop = useCropBytes(mark, { reviewId: review.id, versionId: review.versionId, as });
  const url = useObjectUrl(crop.data);
  const facts: [string, string][] = [
    [t('verdict'), verdictText(words, mark)],
    ...(mark.decidedBy === null ? [] : [[t('decidedBy'), `${mark.decidedBy}, ${moment(mark.decidedAt)}`] as [string, string]]),
    [t('source'), t(mark.source === 'person' ? 'drawnByPerson' : 'foundByDetector')],
    ...(mark.score === null ? [] : [[t('score'), `${Math.round(mark.score * 100)} %`] as [string, string]]),
    [t('shownNow'), t(mark.covered ? 'isCovered' : 'isSeen')],
    [t('inMap'), mark.place === null ? t('placeUnknown') : placeText(mark.place)],
  ];
  return (
    <div className="privacy-facts-row">
      <div className="privacy-crop">
        {url !== null && <img src={url} alt={t('cropAlt', { kind: t(KINDS[mark.kind]) })} />}
        <ProblemAlert error={crop.error} />
      </div>
      <dl className="privacy-facts">
        {facts.map(([term, value]) => (
          <div key={term}>
            <dt>{term}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
