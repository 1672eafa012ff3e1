import { Button, Checkbox, Group, NativeSelect, Text, TextInput } from '@mantine/core';
import { useState, type JSX } from 'react';
import type { paths } from '@stead/web/api-client';
import { body, useAction } from '../../app/api';
import { FormDialog, fieldProblems } from '../../app/forms';
import { useSession } from '../../app/session';
import { useKeyWords } from './key-words';
import { KEYS } from './keys';
import { ShownOnce } from './shown-once';

type Body = paths['/v1/api-keys']['post']['requestBody']['content']['application/json'];
type Scope = Body['scopes'][number];

const DAYS = [7, 30, 90, 365];
const DAY_MS = 86_400_000;
const FIELDS = ['/name', '/scopes', '/expiresAt'];

export function MakeKeyDialog({ onClose }: { onClose: () => void }): JSX.Element {
  const { t } = useKeyWords();
  const [name, setName] = useState('');
  const [scopes, setScopes] = useState<readonly string[]>([]);
  const [ends, setEnds] = useState('90');
  const [time, setTime] = useState('');
  const make = useAction([KEYS], async (api, _: null) => {
    const expiresAt = endOf(ends, time);
    const asked = { name: name.trim(), scopes: scopes as Scope[], ...(expiresAt === null ? {} : { expiresAt }) }; // the server checks them
    return body(await api.POST('/v1/api-keys', { body: asked }));
  });
  const problems = fieldProblems(make.error);
  if (make.data !== undefined) return <ShownOnce made={make.data} onClose={onClose} />;
  return (
    <FormDialog
      title={t('make')}
      button={t('make')}
      busy={make.isPending}
      error={make.error}
      fields={FIELDS}
      ready={ends !== 'date' || time !== ''}
      onSubmit={() => make.mutate(null)}
      onClose={onClose}
    >
      <TextInput
        label={t('name')}
        description={t('nameHint')}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        error={problems.at('/name')}
        data-autofocus
        required
        withAsterisk={false}
      />
      <ScopesField value={scopes} onChange={setScopes} error={problems.below('/scopes') ? t('scopesHint') : undefined} />
      <NativeSelect
        label={t('ends')}
        value={ends}
        onChange={(event) => setEnds(event.currentTarget.value)}
        data={[
          ...DAYS.map((count) => ({ value: String(count), label: t('days', { count }) })),
          { value: 'never', label: t('endsNever') },
          { value: 'date', label: t('date') },
        ]}
        error={problems.at('/expiresAt')}
      />
      {ends === 'date' && (
        <TextInput
          type="datetime-local"
          label={t('time')}
          description={time === '' ? t('timeMissing') : undefined}
          value={time}
          onChange={(event) => setTime(event.currentTarget.value)}
          required
          withAsterisk={false}
        />
      )}
    </FormDialog>
  );
}

/** Null: never. */
function endOf(ends: string, time: string): string | null {
  if (ends === 'never') return null;
  return new Date(ends === 'date' ? time : Date.now() + Number(ends) * DAY_MS).toISOString();
}

/** Only what whoever makes the key may do: more would be refused. */
function ScopesField({
  value,
  onChange,
  error,
}: {
  value: readonly string[];
  onChange: (scopes: readonly string[]) => void;
  error: string | undefined;
}): JSX.Element {
  const { t } = useKeyWords();
  const own = [...useSession().scopes];
  const picks = [
    { label: t('everything'), scopes: own.filter((scope) => !scope.startsWith('platform:')) },
    { label: t('onlyReading'), scopes: own.filter((scope) => scope.endsWith(':read') && !scope.startsWith('platform:')) },
    { label: t('nothing'), scopes: [] },
  ];
  return (
    <div>
      <Group gap="xs" mb="xs">
        {picks.map(({ label, scopes }) => (
          <Button key={label} size="compact-xs" variant="default" onClick={() => onChange(scopes)}>
            {label}
          </Button>
        ))}
      </Group>
      <fieldset className="settings-choices">
        <legend>{t('scopes')}</legend>
        {own.map((scope) => (
          <Checkbox
            key={scope}
            label={scope}
            checked={value.includes(scope)}
            onChange={(event) => onChange(event.currentTarget.checked ? [...value, scope] : value.filter((one) => one !== scope))}
            error={error !== undefined}
          />
        ))}
      </fieldset>
      <Text size="xs" c={error === undefined ? 'dimmed' : undefined} role={error === undefined ? undefined : 'alert'}>
        {t('scopesHint')}
      </Text>
    </div>
  );
}
