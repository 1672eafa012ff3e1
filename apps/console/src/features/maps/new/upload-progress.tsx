import { Alert, Button, Group, Progress, Stack, Text, Title } from '@mantine/core';
import { memo, type JSX } from 'react';
import { ProblemAlert } from '../../../app/feedback';
import { sizeText } from '../figures';
import { useMapWords } from '../map-words';
import type { ItemView, UploadView } from './upload';

const SHOWN_MAX = 200;
const PHASES = {
  going: 'phaseGoing',
  paused: 'phasePaused',
  offline: 'phaseOffline',
  done: 'phaseDone',
  failed: 'phaseFailed',
} as const;

/** One bar for all, and one for each file. */
export function UploadProgress({
  upload,
  onPause,
  onGoOn,
  onCancel,
  isCancelling,
}: {
  upload: UploadView;
  onPause: () => void;
  onGoOn: () => void;
  onCancel: () => void;
  isCancelling: boolean;
}): JSX.Element {
  const { t, language } = useMapWords();
  const { items, bytes, sent, phase, error } = upload;
  const percent = Math.floor((100 * sent) / Math.max(1, bytes));
  const isGoing = phase === 'going' || phase === 'offline';
  // Those that are over go to the end: what moves is seen.
  const shown = [...items.filter(({ state }) => state !== 'stored'), ...items.filter(({ state }) => state === 'stored')];
  return (
    <section aria-labelledby="uploading-title">
      <Title order={3} size="h4" id="uploading-title" mb="xs">
        {t('uploading')}
      </Title>
      <Stack gap="sm">
        <Text size="sm" role="status">
          {t(PHASES[phase])}
        </Text>
        <Progress size="lg" value={percent} aria-label={t('uploadAll')} />
        <Text size="sm">{t('uploadedOf', { sent: sizeText(sent, language), size: sizeText(bytes, language), percent })}</Text>
        {phase === 'failed' && <ProblemAlert error={error} />}
        {phase !== 'done' && (
          <Group>
            {isGoing ? (
              <Button variant="default" onClick={onPause}>
                {t('pause')}
              </Button>
            ) : (
              <Button onClick={onGoOn}>{t('goOn')}</Button>
            )}
            <Button variant="default" onClick={onCancel} loading={isCancelling}>
              {t('cancelUpload')}
            </Button>
          </Group>
        )}
        <div className="maps-scroll" tabIndex={0} role="region" aria-label={t('filesOneByOne')}>
          <ul className="maps-items">
            {shown.slice(0, SHOWN_MAX).map((item) => (
              <Item key={item.id} item={item} />
            ))}
            {shown.length > SHOWN_MAX && <li>{t('andMore', { count: shown.length - SHOWN_MAX })}</li>}
          </ul>
        </div>
        {items.some(({ state }) => state === 'gone') && <Alert color="red">{t('itemGone')}</Alert>}
      </Stack>
    </section>
  );
}

const STATES = { waiting: 'itemWaiting', sending: 'itemSending', stored: 'itemStored', gone: 'itemGone' } as const;

const Item = memo(function Item({ item: { name, bytes, sent, state } }: { item: ItemView }): JSX.Element {
  const { t } = useMapWords();
  const percent = Math.floor((100 * sent) / Math.max(1, bytes));
  return (
    <li>
      <span className="maps-item-name">{name}</span>
      <Progress value={percent} aria-label={name} color={state === 'gone' ? 'red' : undefined} />
      <Text span size="xs" c="dimmed">
        {state === 'sending' ? `${percent} %` : t(STATES[state])}
      </Text>
    </li>
  );
});
