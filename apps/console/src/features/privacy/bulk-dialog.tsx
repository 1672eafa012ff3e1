import { Checkbox, NativeSelect, NumberInput, Text } from '@mantine/core';
import { useState, type JSX } from 'react';
import { FormDialog } from '../../app/forms';
import { problemAt } from './problem-at';
import { KINDS, REASONS } from './looks';
import { usePrivacyWords } from './privacy-words';
import { body, useAction, type KeepReason, type MarkKind, type Picture, type Review } from './queries';

interface Draft {
  kind: MarkKind | '';
  here: boolean;
  /** Per cent; empty: however sure. */
  scoreMin: number | string;
  /** Empty: blur. */
  reason: KeepReason | '';
}

/** One verdict about all that nobody has decided: the server finds them, so what is found meanwhile counts too. */
export function BulkDialog({ review, picture, onClose }: { review: Review; picture: Picture; onClose: () => void }): JSX.Element {
  const { t } = usePrivacyWords();
  const [draft, setDraft] = useState<Draft>({ kind: '', here: false, scoreMin: '', reason: '' });
  const set = (change: Partial<Draft>): void => setDraft((known) => ({ ...known, ...change }));
  const decide = useAction(async (api, asked: Draft) =>
    body(
      await api.POST('/v1/privacy/reviews/{reviewId}/verdicts', {
        params: { path: { reviewId: review.id } },
        body: bodyOf(asked, picture.image),
      }),
    ),
  );
  return (
    <FormDialog
      title={t('bulkTitle')}
      button={t('decideAll')}
      busy={decide.isPending}
      error={decide.error}
      onSubmit={() => decide.mutate(draft, { onSuccess: onClose })}
      onClose={onClose}
    >
      <Text size="sm">{t('bulkText', { count: review.undecided })}</Text>
      <NativeSelect
        label={t('verdict')}
        data-autofocus
        value={draft.reason}
        onChange={(event) => set({ reason: event.currentTarget.value as Draft['reason'] })} // one of those below
        data={[
          { value: '', label: t('blur') },
          ...Object.entries(REASONS).map(([value, word]) => ({ value, label: t('keepKey', { reason: t(word) }) })),
        ]}
      />
      <NativeSelect
        label={t('kindOnly')}
        value={draft.kind}
        onChange={(event) => set({ kind: event.currentTarget.value as Draft['kind'] })} // one of those below
        data={[{ value: '', label: t('anyKind') }, ...Object.entries(KINDS).map(([value, word]) => ({ value, label: t(word) }))]}
      />
      <NumberInput
        label={t('scoreMin')}
        description={t('scoreMinHint')}
        suffix=" %"
        value={draft.scoreMin}
        onChange={(scoreMin) => set({ scoreMin })}
        error={problemAt(decide.error, '/detections')}
        hideControls
      />
      <Checkbox
        label={t('onlyThisPicture', { name: picture.name })}
        checked={draft.here}
        onChange={(event) => set({ here: event.currentTarget.checked })}
      />
    </FormDialog>
  );
}

type Asked = {
  detections: { undecided: { kind?: MarkKind; image?: string; scoreMin?: number } };
  verdict: { verdict: 'blur' } | { verdict: 'keep'; reason: KeepReason };
};

function bodyOf({ kind, here, scoreMin, reason }: Draft, image: string): Asked {
  return {
    detections: {
      undecided: {
        ...(kind === '' ? {} : { kind }),
        ...(here ? { image } : {}),
        ...(scoreMin === '' ? {} : { scoreMin: Number(scoreMin) / 100 }),
      },
    },
    verdict: reason === '' ? { verdict: 'blur' } : { verdict: 'keep', reason },
  };
}
