import { NativeSelect, NumberInput, Stack } from '@mantine/core';
import type { JSX } from 'react';
import type { PlacementPolicy } from '@stead/contracts/dispatcher';
import { useOpsWords } from './ops-words';
import { POLICY_WORDS } from './states';

export function policyOf(kind: PlacementPolicy['kind']): PlacementPolicy {
  switch (kind) {
    case 'onprem-first':
      return { kind, lateRisk: 0.1, valueOfTimePerHour: 1 };
    case 'timeout':
      return { kind, afterS: 300 };
    default:
      return { kind };
  }
}

/** A placement policy with its figures; null is the platform's own, where that may be chosen. */
export function PolicyFields({
  policy,
  onChange,
  optional = false,
}: {
  policy: PlacementPolicy | null;
  onChange: (policy: PlacementPolicy | null) => void;
  optional?: boolean;
}): JSX.Element {
  const { t } = useOpsWords();
  const kinds = Object.keys(POLICY_WORDS) as PlacementPolicy['kind'][]; // its keys are exactly these
  return (
    <Stack>
      <NativeSelect
        label={t('policy')}
        value={policy?.kind ?? ''}
        onChange={({ currentTarget: { value } }) => {
          const kind = kinds.find((one) => one === value);
          onChange(kind === undefined ? null : policyOf(kind));
        }}
        data={[
          ...(optional ? [{ value: '', label: t('platformPolicy') }] : []),
          ...kinds.map((kind) => ({ value: kind, label: t(POLICY_WORDS[kind]) })),
        ]}
      />
      {policy?.kind === 'timeout' && (
        <NumberInput
          label={t('afterSeconds')}
          min={0}
          allowDecimal={false}
          value={policy.afterS}
          onChange={(value) => onChange({ ...policy, afterS: Number(value) })}
        />
      )}
      {policy?.kind === 'onprem-first' && (
        <>
          <NumberInput
            label={t('lateRisk')}
            min={0.001}
            max={0.5}
            step={0.01}
            value={policy.lateRisk}
            onChange={(value) => onChange({ ...policy, lateRisk: Number(value) })}
          />
          <NumberInput
            label={t('valueOfTime')}
            min={0}
            step={0.5}
            value={policy.valueOfTimePerHour}
            onChange={(value) => onChange({ ...policy, valueOfTimePerHour: Number(value) })}
          />
        </>
      )}
    </Stack>
  );
}
