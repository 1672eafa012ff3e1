import { Button, Group, Text } from '@mantine/core';
import type { JSX } from 'react';
import type { Phase } from './model/scene-keeper';
import { useStudio } from './studio-context';
import { useStudioWords } from './studio-words';

const WORDS = {
  saved: 'stateSaved',
  waiting: 'stateWaiting',
  saving: 'stateSaving',
  away: 'stateAway',
  refused: 'stateRefused',
  conflict: 'stateConflict',
} as const satisfies Record<Phase, string>;
const SIGNS: Record<Phase, string> = { saved: '✓', waiting: '…', saving: '…', away: '!', refused: '!', conflict: '!' };

/** Whether what is on the screen is safe, and if not, why. */
export function SaveState(): JSX.Element {
  const { t } = useStudioWords();
  const { kept, keeper } = useStudio();
  const { phase, refused, trouble, joined } = kept;
  const why = phase === 'away' && trouble instanceof Error ? trouble.message : '';
  return (
    <Group gap="xs">
      <Text
        size="sm"
        role="status"
        aria-live="polite"
        data-save={phase}
        className={phase === 'saved' ? undefined : 'studio-unsaved'}
      >
        <span aria-hidden="true">{SIGNS[phase]} </span>
        {t(WORDS[phase], { count: refused.size, why })}
        {joined > 0 && phase === 'saved' && ` ${t('joined')}`}
      </Text>
      {phase === 'away' && (
        <Button size="compact-xs" variant="default" onClick={() => void keeper.flush()}>
          {t('again')}
        </Button>
      )}
    </Group>
  );
}
