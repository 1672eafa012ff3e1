import { Alert, Button, Checkbox, Group, NumberInput, PasswordInput, TextInput } from '@mantine/core';
import { useState, type JSX } from 'react';
import { Loading, ProblemAlert } from '../../app/feedback';
import { FormDialog, fieldProblems, type FieldProblems } from '../../app/forms';
import { NEW_LINK, linkChangeOf, linkDraftOf, type LinkDraft } from './link-draft';
import { usePublicationWords } from './publication-words';
import { body, isStale, useAction, useShareLink, type ShareLink, type Tagged } from './queries';

const FIELDS = ['/name', '/password', '/expiresAt', '/viewsMax', '/download'];

export function MakeLinkDialog({ publicationId, onClose }: { publicationId: string; onClose: () => void }): JSX.Element {
  const { t } = usePublicationWords();
  const [draft, setDraft] = useState(NEW_LINK);
  const make = useAction(async (api, asked: LinkDraft) => {
    const { password, expiresAt, viewsMax, ...rest } = linkChangeOf(NEW_LINK, asked);
    // What is null where a link is changed is left out where one is made.
    const given = {
      ...rest,
      ...(typeof password === 'string' ? { password } : {}),
      ...(typeof expiresAt === 'string' ? { expiresAt } : {}),
      ...(typeof viewsMax === 'number' ? { viewsMax } : {}),
    };
    const params = { path: { publicationId } };
    return body(await api.POST('/v1/publications/{publicationId}/links', { params, body: given }));
  });
  return (
    <FormDialog
      title={t('makeLink')}
      button={t('makeLink')}
      busy={make.isPending}
      error={make.error}
      fields={FIELDS}
      onSubmit={() => make.mutate(draft, { onSuccess: onClose })}
      onClose={onClose}
    >
      <Fields draft={draft} onChange={setDraft} problems={fieldProblems(make.error)} hasPassword={false} />
    </FormDialog>
  );
}

/** Read once more when it opens, for its entity tag. */
export function ChangeLinkDialog({ link, onClose }: { link: ShareLink; onClose: () => void }): JSX.Element {
  const { t } = usePublicationWords();
  const { data, error } = useShareLink(link);
  const [edit, setEdit] = useState<{ base: Tagged<ShareLink>; draft: LinkDraft } | null>(null);
  const { publicationId, id: linkId } = link;
  const params = { path: { publicationId, linkId } };
  const change = useAction(async (api, { base, draft }: { base: Tagged<ShareLink>; draft: LinkDraft }) => {
    const asked = linkChangeOf(linkDraftOf(base.value), draft);
    if (Object.keys(asked).length === 0) return;
    const headers = { 'if-match': base.tag };
    await api.PATCH('/v1/publications/{publicationId}/links/{linkId}', { params, body: asked, headers });
  });
  const stale = isStale(change.error);
  const draft = edit?.draft ?? (data === undefined ? null : linkDraftOf(data.value));
  const seeTheirs = (): void => {
    setEdit(null);
    change.reset();
  };
  const submit = (): void => {
    if (data === undefined || draft === null) return;
    // After a conflict it is what somebody else has made of it that the same wishes are applied to.
    const base = stale || edit === null ? data : edit.base;
    change.mutate({ base: { value: edit?.base.value ?? data.value, tag: base.tag }, draft }, { onSuccess: onClose });
  };
  return (
    <FormDialog
      title={t('changeLink')}
      button={stale ? t('applyMine') : t('save')}
      ready={draft !== null}
      busy={change.isPending}
      error={stale ? null : change.error}
      fields={FIELDS}
      onSubmit={submit}
      onClose={onClose}
    >
      {draft === null && error === null && <Loading />}
      <ProblemAlert error={error} />
      {draft !== null && data !== undefined && (
        <Fields
          draft={draft}
          onChange={(next) => setEdit((known) => ({ base: known?.base ?? data, draft: next }))}
          problems={fieldProblems(change.error)}
          hasPassword={data.value.hasPassword}
        />
      )}
      {stale && (
        <Alert color="yellow" role="alert" title={t('conflictTitle')}>
          {t('conflictText')}
          <Group mt="xs">
            <Button variant="default" size="compact-sm" onClick={seeTheirs}>
              {t('seeTheirs')}
            </Button>
          </Group>
        </Alert>
      )}
    </FormDialog>
  );
}

function Fields({
  draft,
  onChange,
  problems,
  hasPassword,
}: {
  draft: LinkDraft;
  onChange: (draft: LinkDraft) => void;
  problems: FieldProblems;
  hasPassword: boolean;
}): JSX.Element {
  const { t } = usePublicationWords();
  const set = (change: Partial<LinkDraft>): void => onChange({ ...draft, ...change });
  return (
    <>
      <TextInput
        label={t('linkName')}
        description={t('linkNameHint')}
        value={draft.name}
        onChange={(event) => set({ name: event.currentTarget.value })}
        error={problems.at('/name')}
        data-autofocus
      />
      <PasswordInput
        label={t('password')}
        description={t(hasPassword ? 'passwordKept' : 'linkPasswordHint')}
        value={draft.password}
        onChange={(event) => set({ password: event.currentTarget.value })}
        disabled={draft.takePassword}
        error={problems.at('/password')}
        aria-invalid={problems.below('/password')}
        autoComplete="new-password"
      />
      {hasPassword && (
        <Checkbox
          label={t('takePassword')}
          checked={draft.takePassword}
          onChange={(event) => set({ takePassword: event.currentTarget.checked })}
        />
      )}
      <TextInput
        type="datetime-local"
        label={t('ends')}
        description={t('endsHint')}
        value={draft.ends}
        onChange={(event) => set({ ends: event.currentTarget.value })}
        error={problems.at('/expiresAt')}
      />
      <NumberInput
        label={t('viewsMax')}
        description={t('viewsMaxHint')}
        allowDecimal={false}
        value={draft.viewsMax}
        onChange={(viewsMax) => set({ viewsMax })}
        error={problems.at('/viewsMax')}
        hideControls
      />
      <Checkbox
        label={t('mayDownload')}
        checked={draft.download}
        onChange={(event) => set({ download: event.currentTarget.checked })}
      />
    </>
  );
}
