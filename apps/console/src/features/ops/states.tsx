import { Badge } from '@mantine/core';
import type { JSX } from 'react';
import type { PlatformClusterView, PlacementPolicy, QueueItemView } from '@stead/contracts/dispatcher';
import { useOpsWords, type OpsTranslation } from './ops-words';
import type { OpsWords } from './words';

type Word = keyof OpsWords;
interface Look {
  word: Word;
  color: string;
  /** Beside the colour, for whoever does not see it. */
  sign: string;
}

const HEALTH: Record<PlatformClusterView['health'], Look> = {
  unknown: { word: 'healthUnknown', color: 'gray', sign: '·' },
  ok: { word: 'healthOk', color: 'teal', sign: '✓' },
  suspect: { word: 'healthSuspect', color: 'yellow', sign: '?' },
  open: { word: 'healthOpen', color: 'red', sign: '✕' },
  'half-open': { word: 'healthHalfOpen', color: 'blue', sign: '↻' },
  degraded: { word: 'healthDegraded', color: 'orange', sign: '↓' },
  misconfigured: { word: 'healthMisconfigured', color: 'orange', sign: '!' },
};
const WISH: Record<PlatformClusterView['wish'], Look> = {
  open: { word: 'wishOpen', color: 'teal', sign: '▶' },
  cordoned: { word: 'wishCordoned', color: 'yellow', sign: '‖' },
  draining: { word: 'wishDraining', color: 'yellow', sign: '↧' },
  drained: { word: 'wishDrained', color: 'gray', sign: '□' },
  lost: { word: 'wishLost', color: 'red', sign: '✕' },
};
const STATE: Record<QueueItemView['state'], Look> = {
  queued: { word: 'stateQueued', color: 'gray', sign: '…' },
  dispatching: { word: 'stateDispatching', color: 'blue', sign: '→' },
  active: { word: 'stateActive', color: 'teal', sign: '▶' },
  uncertain: { word: 'stateUncertain', color: 'yellow', sign: '?' },
  verifying: { word: 'stateVerifying', color: 'blue', sign: '✓' },
  succeeded: { word: 'stateSucceeded', color: 'teal', sign: '✓' },
  failed: { word: 'stateFailed', color: 'red', sign: '✕' },
  cancelled: { word: 'stateCancelled', color: 'gray', sign: '–' },
  'dead-letter': { word: 'stateDeadLetter', color: 'red', sign: '✕' },
};
export const POLICY_WORDS: Record<PlacementPolicy['kind'], Word> = {
  'onprem-first': 'policyOnpremFirst',
  'burst-when-full': 'policyBurst',
  timeout: 'policyTimeout',
  'cloud-only': 'policyCloudOnly',
  'onprem-only': 'policyOnpremOnly',
};
export const STATE_WORDS = STATE;

export const healthWord = (health: PlatformClusterView['health']): Word => HEALTH[health].word;

function Sign({ look }: { look: Look }): JSX.Element {
  const { t } = useOpsWords();
  return (
    <Badge
      color={look.color}
      variant="light"
      tt="none"
      // The badge's own colour on its own pale ground is too faint to read.
      styles={{ root: { color: 'var(--mantine-color-text)' } }}
      leftSection={<span aria-hidden="true">{look.sign}</span>}
    >
      {t(look.word)}
    </Badge>
  );
}

export const HealthBadge = ({ health }: { health: PlatformClusterView['health'] }): JSX.Element => <Sign look={HEALTH[health]} />;
export const WishBadge = ({ wish }: { wish: PlatformClusterView['wish'] }): JSX.Element => <Sign look={WISH[wish]} />;
export const StateBadge = ({ state }: { state: QueueItemView['state'] }): JSX.Element => <Sign look={STATE[state]} />;

export function policyText({ t }: OpsTranslation, policy: PlacementPolicy): string {
  return policy.kind === 'timeout' ? `${t('policyTimeout')} (${policy.afterS} s)` : t(POLICY_WORDS[policy.kind]);
}
