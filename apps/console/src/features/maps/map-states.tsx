import { Badge } from '@mantine/core';
import type { JSX } from 'react';
import type { MapWords } from './english';
import { useMapWords } from './map-words';
import type { MapVersion, Run } from './queries';

interface Look {
  word: keyof MapWords;
  color: string;
  /** Beside the colour, for whoever does not see it. */
  sign: string;
}

export const VERSION_STATES: Record<MapVersion['state'], Look> = {
  requested: { word: 'stateRequested', color: 'gray', sign: '…' },
  queued: { word: 'stateQueued', color: 'gray', sign: '…' },
  running: { word: 'stateRunning', color: 'blue', sign: '▶' },
  succeeded: { word: 'stateSucceeded', color: 'teal', sign: '✓' },
  failed: { word: 'stateFailed', color: 'red', sign: '✕' },
  cancelled: { word: 'stateCancelled', color: 'gray', sign: '–' },
  retired: { word: 'stateRetired', color: 'gray', sign: '↷' },
};
const RUN_STATES: Record<Run['state'], Look> = {
  queued: { word: 'runQueued', color: 'gray', sign: '…' },
  dispatching: { word: 'runDispatching', color: 'blue', sign: '→' },
  active: { word: 'runActive', color: 'blue', sign: '▶' },
  uncertain: { word: 'runUncertain', color: 'yellow', sign: '?' },
  verifying: { word: 'runVerifying', color: 'blue', sign: '✓' },
  succeeded: { word: 'stateSucceeded', color: 'teal', sign: '✓' },
  failed: { word: 'stateFailed', color: 'red', sign: '✕' },
  cancelled: { word: 'stateCancelled', color: 'gray', sign: '–' },
  'dead-letter': { word: 'runDead', color: 'red', sign: '✕' },
};
const STEP_STATES: Record<Run['steps'][number]['state'], Look> = {
  waiting: { word: 'stepWaiting', color: 'gray', sign: '…' },
  running: { word: 'stepRunning', color: 'blue', sign: '▶' },
  succeeded: { word: 'stepSucceeded', color: 'teal', sign: '✓' },
  failed: { word: 'stepFailed', color: 'red', sign: '✕' },
  skipped: { word: 'stepSkipped', color: 'gray', sign: '–' },
};
export const stepWord = (state: Run['steps'][number]['state']): keyof MapWords => STEP_STATES[state].word;

function Sign({ look: { word, color, sign } }: { look: Look }): JSX.Element {
  const { t } = useMapWords();
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

export const VersionBadge = ({ state }: { state: MapVersion['state'] }): JSX.Element => <Sign look={VERSION_STATES[state]} />;
export const RunBadge = ({ state }: { state: Run['state'] }): JSX.Element => <Sign look={RUN_STATES[state]} />;
export const StepBadge = ({ state }: { state: Run['steps'][number]['state'] }): JSX.Element => <Sign look={STEP_STATES[state]} />;

const OVER: ReadonlySet<string> = new Set(['succeeded', 'failed', 'cancelled', 'dead-letter']);
/** Of a run or of a version: nothing moves any more. */
export const isOver = (state: Run['state'] | MapVersion['state']): boolean => OVER.has(state);
