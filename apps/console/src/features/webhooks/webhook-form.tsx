import { Button, Checkbox, Group, Text, TextInput } from '@mantine/core';
import type { JSX } from 'react';
import type { FieldProblems } from '../../app/forms';
import type { EventType } from './queries';
import { EVENT_TYPES, EVENT_WORDS, useWebhookWords } from './webhook-words';

export interface Draft {
  url: string;
  description: string;
  eventTypes: readonly EventType[];
}

export const FIELDS = ['/url', '/description', '/eventTypes'];

export function WebhookFields({
  draft,
  onChange,
  problems,
}: {
  draft: Draft;
  onChange: (draft: Draft) => void;
  problems: FieldProblems;
}): JSX.Element {
  const { t } = useWebhookWords();
  const wrong = problems.below('/eventTypes');
  const toggle = (type: EventType, on: boolean): void =>
    onChange({ ...draft, eventTypes: on ? [...draft.eventTypes, type] : draft.eventTypes.filter((one) => one !== type) });
  return (
    <>
      <TextInput
        label={t('url')}
        description={t('urlHint')}
        type="url"
        value={draft.url}
        onChange={(event) => onChange({ ...draft, url: event.currentTarget.value })}
        error={problems.at('/url')}
        data-autofocus
        required
        withAsterisk={false}
      />
      <TextInput
        label={t('description')}
        value={draft.description}
        onChange={(event) => onChange({ ...draft, description: event.currentTarget.value })}
        error={problems.at('/description')}
      />
      <div>
        <Group gap="xs" mb="xs">
          <Button size="compact-xs" variant="default" onClick={() => onChange({ ...draft, eventTypes: EVENT_TYPES })}>
            {t('everything')}
          </Button>
          <Button size="compact-xs" variant="default" onClick={() => onChange({ ...draft, eventTypes: [] })}>
            {t('nothing')}
          </Button>
        </Group>
        <fieldset className="settings-choices">
          <legend>{t('events')}</legend>
          {EVENT_TYPES.map((type) => (
            <Checkbox
              key={type}
              label={t(EVENT_WORDS[type])}
              description={type}
              checked={draft.eventTypes.includes(type)}
              onChange={(event) => toggle(type, event.currentTarget.checked)}
              error={wrong}
            />
          ))}
        </fieldset>
        <Text size="xs" c={wrong ? undefined : 'dimmed'} role={wrong ? 'alert' : undefined}>
          {t('eventsHint')}
        </Text>
      </div>
    </>
  );
}
