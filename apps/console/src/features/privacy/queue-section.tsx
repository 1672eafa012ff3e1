import { Alert, Button, Group, Kbd, NativeSelect, Paper, Progress, Stack, Text, Title } from '@mantine/core';
import { useEffect, useRef, useState, type JSX, type KeyboardEvent } from 'react';
import { Loading, ProblemAlert } from '../../app/feedback';
import { BulkDialog } from './bulk-dialog';
import { HelpDialog } from './help-dialog';
import { orderOf } from './keys';
import { KINDS, SHOW_WORDS, markText } from './looks';
import { MarkPanel } from './mark-panel';
import { PictureView } from './picture-view';
import { PlanMap } from './plan-map';
import { usePrivacyWords } from './privacy-words';
import { SHOWS, type Show } from './queue-order';
import { usePictures, type MarkKind, type Picture, type Review } from './queries';
import { useQueue, type Queue } from './use-queue';

/** Whatever takes letters, or a press of Enter, itself. */
const OWN_KEYS = 'input, select, textarea';
const PRESSED = 'button, a, summary';

export function QueueSection({ review, mayWrite }: { review: Review; mayWrite: boolean }): JSX.Element {
  const { t } = usePrivacyWords();
  const { data, error } = usePictures(review.id);
  return (
    <Paper component="section" withBorder p="md" aria-labelledby="queue-title">
      <Title order={3} size="h4" id="queue-title" mb="sm">
        {t('queue')}
      </Title>
      <ProblemAlert error={error} />
      {data === undefined && error === null && <Loading />}
      {data?.length === 0 && <Text c="dimmed">{t('noPictures')}</Text>}
      {data !== undefined && data.length > 0 && <Desk review={review} pictures={data} mayWrite={mayWrite} />}
    </Paper>
  );
}

function Desk({
  review,
  pictures,
  mayWrite,
}: {
  review: Review;
  pictures: readonly Picture[];
  mayWrite: boolean;
}): JSX.Element | null {
  const { t } = usePrivacyWords();
  const stage = useRef<HTMLDivElement>(null);
  const { dialog, open, close } = useDialog();
  const queue = useQueue(review, pictures, mayWrite, () => open('help'));
  const drawing = queue !== null && queue.drawing !== null;
  useEffect(() => stage.current?.focus({ preventScroll: true }), []);
  // A button that was pressed would be pressed again by the Enter that sets a point.
  useEffect(() => {
    if (!drawing) return;
    stage.current?.focus({ preventScroll: true });
    stage.current?.scrollIntoView({ block: 'nearest' });
  }, [drawing]);
  if (queue === null) return null;
  const onKeyDown = (event: KeyboardEvent<HTMLElement>): void => {
    const { target, currentTarget } = event;
    // Dialogs are this one's children for React, and elsewhere in the page.
    if (!(target instanceof Element) || !currentTarget.contains(target) || target.closest(OWN_KEYS) !== null) return;
    if (event.key === 'Enter' && target.closest(PRESSED) !== null) return;
    const order = orderOf(event.nativeEvent, drawing);
    if (order === null) return;
    event.preventDefault();
    queue.obey(order);
  };
  return (
    <div onKeyDown={onKeyDown} role="group" aria-label={t('queue')}>
      <Stack>
        <Decided review={review} />
        <Group justify="space-between" align="end">
          <ShowChoice queue={queue} />
          <Group gap="xs">
            {queue.writes && (
              <Button variant="default" size="compact-sm" onClick={() => open('bulk')}>
                {t('bulk')}
              </Button>
            )}
            <Button variant="default" size="compact-sm" onClick={() => open('help')}>
              {t('keys')} <Kbd ml={6}>?</Kbd>
            </Button>
          </Group>
        </Group>
        <div className="privacy-desk">
          <Stack gap="xs">
            {queue.writes && <DrawingTools queue={queue} />}
            <Told queue={queue} />
            <PictureView ref={stage} review={review} queue={queue} />
          </Stack>
          <Stack gap="sm">
            <MarkPanel review={review} queue={queue} />
            <PlanMap pictures={pictures} current={queue.picture} place={queue.current?.place ?? null} onChoose={queue.goTo} />
          </Stack>
        </div>
        <ProblemAlert error={queue.error} />
      </Stack>
      {dialog === 'help' && <HelpDialog onClose={close} />}
      {dialog === 'bulk' && <BulkDialog review={review} picture={queue.picture} onClose={close} />}
    </div>
  );
}

/** Whatever had the focus when a dialog was opened has it again afterwards: the keys go on working. */
function useDialog(): { dialog: 'help' | 'bulk' | null; open: (name: 'help' | 'bulk') => void; close: () => void } {
  const [dialog, setDialog] = useState<'help' | 'bulk' | null>(null);
  const opener = useRef<HTMLElement | null>(null);
  useEffect(() => {
    if (dialog !== null) return;
    opener.current?.focus({ preventScroll: true });
    opener.current = null;
  }, [dialog]);
  return {
    dialog,
    open: (name) => {
      opener.current = document.activeElement instanceof HTMLElement ? document.activeElement : null;
      setDialog(name);
    },
    close: () => setDialog(null),
  };
}

function Decided({ review: { detections, undecided } }: { review: Review }): JSX.Element {
  const { t } = usePrivacyWords();
  const decided = Math.max(0, detections - undecided);
  const text = t('decidedOf', { decided, count: detections });
  return (
    <div>
      <Text size="sm">{text}</Text>
      <Progress value={detections === 0 ? 100 : (100 * decided) / detections} aria-label={text} mt={4} />
    </div>
  );
}

function ShowChoice({ queue }: { queue: Queue }): JSX.Element {
  const { t } = usePrivacyWords();
  return (
    <NativeSelect
      size="xs"
      label={t('show')}
      value={queue.show}
      onChange={(event) => queue.setShow(event.currentTarget.value as Show)} // one of those below
      data={SHOWS.map((value) => ({ value, label: t(SHOW_WORDS[value]) }))}
    />
  );
}

/** Where the queue is, and what it wants; read out as it changes. */
function Told({ queue }: { queue: Queue }): JSX.Element {
  const words = usePrivacyWords();
  const { t } = words;
  const { picture, marks, current, drawing, said, original, busy } = queue;
  const at = current === null || marks === undefined ? 0 : marks.findIndex(({ id }) => id === current.id) + 1;
  const place =
    current === null
      ? t('pictureOnly', { name: picture.name, count: marks?.length ?? 0 })
      : `${t('markAt', { name: picture.name, at, count: marks?.length ?? 0 })} · ${markText(words, current)}`;
  const hint =
    drawing === null
      ? null
      : drawing.purpose === 'split'
        ? t('splitHint', { count: drawing.parts.length })
        : t(drawing.shape === 'box' ? 'boxHint' : 'outlineHint', { count: drawing.points.length });
  return (
    <>
      <Text size="sm" role="status" aria-live="polite" className="privacy-told">
        {hint ?? place}
        {busy && ` · ${t('sending')}`}
      </Text>
      {said !== null && (
        <Text size="sm" fw={600} role="status">
          {t(said)}
        </Text>
      )}
      {original && (
        <Alert color="yellow" p="xs">
          {t('originalShown')}
        </Alert>
      )}
    </>
  );
}

function DrawingTools({ queue }: { queue: Queue }): JSX.Element {
  const { t } = usePrivacyWords();
  const { drawing, current } = queue;
  const button = (order: Parameters<Queue['obey']>[0], text: string, key: string, pressed?: boolean): JSX.Element => (
    <Button variant="default" size="compact-sm" aria-pressed={pressed} onClick={() => queue.obey(order)}>
      {text} <Kbd ml={6}>{key}</Kbd>
    </Button>
  );
  return (
    <Group gap="xs" align="end">
      <NativeSelect
        size="xs"
        label={t('kindDrawn')}
        value={queue.kind}
        onChange={(event) => queue.setKind(event.currentTarget.value as MarkKind)} // one of those below
        data={Object.entries(KINDS).map(([value, word]) => ({ value, label: t(word) }))}
      />
      {button({ do: 'box' }, t('drawBox'), 'd', drawing?.shape === 'box')}
      {button({ do: 'outline' }, t('drawOutline'), 'p', drawing?.shape === 'outline')}
      {drawing === null && current !== null && button({ do: 'split' }, t('split'), 'x')}
      {button({ do: 'takeBack' }, t('takeBack'), 'u')}
      {drawing !== null && button({ do: 'end' }, t('endDrawing'), 'Esc')}
    </Group>
  );
}
