import { Alert, Button, Checkbox, Group, NumberInput, Paper, Radio, Stack, Text } from '@mantine/core';
import { useState, type JSX } from 'react';
import { Loading, ProblemAlert } from '../../app/feedback';
import { useSession } from '../../app/session';
import { Form } from '../../app/forms';
import { problemAt } from './problem-at';
import { usePrivacyWords } from './privacy-words';
import { isStale, useAction, usePolicy, type Policy, type Tagged } from './queries';

interface Draft {
  gate: Policy['gate'];
  twoPersons: boolean;
  erases: boolean;
  /** As they stand in their fields: a number, or what is no number yet. */
  eraseAfterDays: number | string;
  answerWithinDays: number | string;
}
const ERASE_DAYS_FIRST = 30;

export function PolicySection(): JSX.Element {
  const { t } = usePrivacyWords();
  const { data, error } = usePolicy();
  return (
    <Paper component="section" withBorder p="md" aria-label={t('policy')}>
      <ProblemAlert error={error} />
      {data === undefined && error === null && <Loading />}
      {data !== undefined && <PolicyForm shown={data} />}
    </Paper>
  );
}

function PolicyForm({ shown }: { shown: Tagged<Policy> }): JSX.Element {
  const { t, moment } = usePrivacyWords();
  const { scopes } = useSession();
  const writes = scopes.has('workspace:write');
  // What is typed, and what it was typed over: whatever comes in meanwhile, that is what the change is compared with.
  const [edit, setEdit] = useState<{ base: Tagged<Policy>; draft: Draft } | null>(null);
  const draft = edit?.draft ?? draftOf(shown.value);
  const set = (change: Partial<Draft>): void =>
    setEdit((known) => ({ base: known?.base ?? shown, draft: { ...(known?.draft ?? draft), ...change } }));
  const save = useAction((api, asked: NonNullable<typeof edit>) =>
    api.PUT('/v1/privacy/policy', { body: bodyOf(asked.draft), headers: { 'if-match': asked.base.tag } }),
  );
  const { changedAt, changedBy } = shown.value;
  const fields = ['/eraseAfterDays', '/answerWithinDays'];
  // No number would mean that originals are kept for ever: nobody is to choose that by an empty field.
  const unsaid = draft.erases && draft.eraseAfterDays === '';
  const send = (asked: NonNullable<typeof edit>): void => {
    if (!unsaid) save.mutate(asked, { onSuccess: () => setEdit(null) });
  };
  return (
    <Form error={save.error} onSubmit={() => edit !== null && send(edit)}>
      <fieldset className="privacy-fields" disabled={!writes || save.isPending}>
        <Stack>
          <Radio.Group
            label={t('gate')}
            value={draft.gate}
            onChange={(gate) => set({ gate: gate === 'reviewed' ? 'reviewed' : 'none' })}
          >
            <Stack gap="xs" mt="xs">
              <Radio value="none" label={t('gateNone')} description={t('gateNoneHint')} />
              <Radio value="reviewed" label={t('gateReviewed')} description={t('gateReviewedHint')} />
            </Stack>
          </Radio.Group>
          <Checkbox
            label={t('twoPersons')}
            description={t('twoPersonsHint')}
            checked={draft.twoPersons}
            onChange={(event) => set({ twoPersons: event.currentTarget.checked })}
          />
          <Checkbox
            label={t('erases')}
            description={t('erasesHint')}
            checked={draft.erases}
            onChange={(event) => set({ erases: event.currentTarget.checked })}
          />
          {draft.erases && (
            <NumberInput
              label={t('eraseAfterDays')}
              value={draft.eraseAfterDays}
              onChange={(eraseAfterDays) => set({ eraseAfterDays })}
              error={unsaid ? t('numberNeeded') : problemAt(save.error, '/eraseAfterDays')}
              maw="20rem"
              hideControls
            />
          )}
          <NumberInput
            label={t('answerWithinDays')}
            description={t('answerWithinHint')}
            value={draft.answerWithinDays}
            onChange={(answerWithinDays) => set({ answerWithinDays })}
            error={problemAt(save.error, '/answerWithinDays')}
            maw="20rem"
            hideControls
          />
        </Stack>
      </fieldset>
      {isStale(save.error) ? (
        <Alert color="yellow" role="alert" mt="md">
          <Text size="sm" mb="xs">
            {t('policyStale')}
          </Text>
          <Button size="compact-sm" onClick={() => send({ base: shown, draft })}>
            {t('applyMine')}
          </Button>
        </Alert>
      ) : (
        fields.every((field) => problemAt(save.error, field) === undefined) && <ProblemAlert error={save.error} />
      )}
      {save.isSuccess && edit === null && (
        <Alert color="teal" role="status" mt="md">
          {t('saved')}
        </Alert>
      )}
      {writes ? (
        <Group mt="md">
          <Button type="submit" disabled={edit === null} loading={save.isPending}>
            {t('save')}
          </Button>
          {edit !== null && (
            <Button
              variant="default"
              onClick={() => {
                setEdit(null);
                save.reset();
              }}
            >
              {t('discard')}
            </Button>
          )}
        </Group>
      ) : (
        <Text size="sm" mt="md">
          {t('missingPolicyWrite')}
        </Text>
      )}
      {changedAt !== null && (
        <Text size="sm" c="dimmed" mt="sm">
          {t('policyChanged', { by: changedBy ?? '–', moment: moment(changedAt) })}
        </Text>
      )}
    </Form>
  );
}

function draftOf({ gate, twoPersons, eraseAfterDays, answerWithinDays }: Policy): Draft {
  return {
    ...{ gate, twoPersons, answerWithinDays },
    ...{ erases: eraseAfterDays !== null, eraseAfterDays: eraseAfterDays ?? ERASE_DAYS_FIRST },
  };
}

/** What is no number becomes none in JSON too, and the server says so at its field. */
function bodyOf({ gate, twoPersons, erases, eraseAfterDays, answerWithinDays }: Draft): {
  gate: Draft['gate'];
  twoPersons: boolean;
  eraseAfterDays: number | null;
  answerWithinDays: number;
} {
  const number = (value: number | string): number => (value === '' ? NaN : Number(value));
  return {
    ...{ gate, twoPersons, answerWithinDays: number(answerWithinDays) },
    eraseAfterDays: erases ? number(eraseAfterDays) : null,
  };
}
