import { Alert, Button, Group, Loader, Stack, Text } from '@mantine/core';
import type { JSX } from 'react';
import { ProblemAlert } from '../../../app/feedback';
import { useMapWords } from '../map-words';
import { problemText } from './problem-text';
import type { Capture, CaptureWork } from './use-capture';

const SHOWN_MAX = 100;

/** What the server found out about the files, before anything costs anything. */
export function CaptureState({ work }: { work: CaptureWork }): JSX.Element | null {
  const { t } = useMapWords();
  const { capture, files, upload, commit, discard } = work;
  if (capture === null) return null;
  const { state, problems } = capture;
  if (state === 'probing' || commit.isPending)
    return (
      <Group>
        <Loader size="sm" aria-label={t('checking')} />
        <Text role="status">{t('checking')}</Text>
      </Group>
    );
  if (state === 'uploading' && upload === null && files.length > 0) {
    const stored = files.filter((file) => file.state !== 'pending').length;
    return (
      <Alert color="blue" title={t('interrupted')}>
        <Stack gap="sm" align="start">
          <Text size="sm">{t('interruptedText', { name: capture.name, stored, count: files.length })}</Text>
          <Button variant="default" size="compact-sm" onClick={() => discard.mutate()} loading={discard.isPending}>
            {t('discard')}
          </Button>
        </Stack>
      </Alert>
    );
  }
  if (state === 'uploading' && commit.isError)
    return (
      <Stack align="start">
        <ProblemAlert error={commit.error} />
        <Button variant="default" onClick={() => commit.mutate({ allowPartial: false })}>
          {t('commitAgain')}
        </Button>
      </Stack>
    );
  if (state === 'verified')
    return (
      <Alert color={problems.length === 0 ? 'teal' : 'yellow'} role="status">
        <Text size="sm">{t(problems.length === 0 ? 'verified' : 'verifiedBut')}</Text>
        <Problems problems={problems} />
      </Alert>
    );
  if (state !== 'rejected') return null;
  // Leaving files out helps only where files are what is wrong.
  const canLeaveOut = problems.every(({ file, severity }) => file !== null || severity === 'warning');
  return (
    <Alert color="red" role="alert" title={t('rejected')}>
      <Stack gap="sm" align="start">
        <Problems problems={problems} />
        <Text size="sm">{t('rejectedHint')}</Text>
        {canLeaveOut && (
          <Button variant="default" onClick={() => commit.mutate({ allowPartial: true })} loading={commit.isPending}>
            {t('leaveThemOut')}
          </Button>
        )}
        <ProblemAlert error={commit.error} />
      </Stack>
    </Alert>
  );
}

function Problems({ problems }: { problems: Capture['problems'] }): JSX.Element | null {
  const { t, language } = useMapWords();
  if (problems.length === 0) return null;
  return (
    <ul className="maps-names">
      {problems.slice(0, SHOWN_MAX).map((problem, i) => (
        <li key={`${i} ${problem.code}`}>
          <strong>{problem.file ?? t('wholeCapture')}</strong>: {problemText(language, problem)}
        </li>
      ))}
      {problems.length > SHOWN_MAX && <li>{t('andMore', { count: problems.length - SHOWN_MAX })}</li>}
    </ul>
  );
}
