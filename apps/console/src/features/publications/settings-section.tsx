import { Alert, Button, Checkbox, Group, Paper, Stack, TextInput, Title } from '@mantine/core';
import { useEffect, useRef, useState, type JSX } from 'react';
import { AccessFields } from './access-fields';
import type { PartProps, Shown } from './changing';
import { Form, FormProblem, fieldProblems } from '../../app/forms';
import { PreviewFields } from './preview-fields';
import { usePublicationWords } from './publication-words';
import { changeOf, differences, draftOf, type SettingsDraft } from './settings-draft';
import { SitesField } from './sites-field';

const NAME = 'settings';
const FIELDS = ['/title', '/visibility', '/password', '/embedSites', '/preview', '/photos'];

/** What is typed, and what it was typed over: whatever comes in meanwhile, that is what the change is compared with. */
interface Edit {
  base: Shown;
  draft: SettingsDraft;
}

export function SettingsSection({ shown, changing, writes }: PartProps): JSX.Element {
  const words = usePublicationWords();
  const { t } = words;
  const [edit, setEdit] = useState<Edit | null>(null);
  const [saved, setSaved] = useState(false);
  const draft = edit?.draft ?? draftOf(shown.value);
  const error = changing.errorOf(NAME);
  const problems = fieldProblems(error);
  const set = (change: Partial<SettingsDraft>): void => {
    setSaved(false);
    setEdit((known) => ({ base: known?.base ?? shown, draft: { ...(known?.draft ?? draft), ...change } }));
  };
  const save = (): void => {
    if (edit === null) return;
    // Empty lines are nobody's sites; without them the server's pointers count as the fields do.
    const asked = { ...edit.draft, siteList: edit.draft.siteList.filter((site) => site.trim() !== '') };
    const change = changeOf(edit.base.value, asked);
    if (Object.keys(change).length === 0) return setEdit(null);
    setEdit({ ...edit, draft: asked });
    const path = { publicationId: shown.value.id };
    changing.run(
      {
        ...{ name: NAME, what: t('save'), mine: differences(words, change) },
        act: async (api, headers) => {
          await api.PATCH('/v1/publications/{publicationId}', { params: { path }, body: change, headers });
          setSaved(true);
        },
        onOver: () => setEdit(null),
      },
      edit.base.tag,
    );
  };
  return (
    <Paper component="section" withBorder p="md" aria-labelledby="settings-title">
      <Title order={3} size="h4" id="settings-title" mb="sm">
        {t('settings')}
      </Title>
      <Form error={error} onSubmit={save}>
        <fieldset className="publication-fields" disabled={!writes || changing.busy !== null}>
          <Stack>
            <TextInput
              label={t('titleLabel')}
              value={draft.title}
              onChange={(event) => set({ title: event.currentTarget.value })}
              error={problems.at('/title')}
            />
            <AccessFields draft={draft} onChange={set} problems={problems} hasPassword={shown.value.hasPassword} />
            {(draft.visibility === 'paid' || draft.preview !== null) && (
              <PreviewFields preview={draft.preview} onChange={(preview) => set({ preview })} problems={problems} />
            )}
            <Checkbox
              label={t('photos')}
              description={t('photosHint')}
              checked={draft.photos}
              onChange={(event) => set({ photos: event.currentTarget.checked })}
              error={problems.at('/photos')}
            />
            <SitesField draft={draft} onChange={set} problems={problems} />
            <FormProblem error={error} fields={FIELDS} />
          </Stack>
        </fieldset>
        {saved && edit === null && <Saved />}
        {writes && (
          <Group mt="md">
            <Button
              type="submit"
              disabled={edit === null || (changing.busy !== null && changing.busy !== NAME)}
              loading={changing.busy === NAME}
            >
              {t('save')}
            </Button>
            {edit !== null && (
              <Button variant="default" disabled={changing.busy !== null} onClick={() => setEdit(null)}>
                {t('discard')}
              </Button>
            )}
          </Group>
        )}
      </Form>
    </Paper>
  );
}

/** The field that had the focus was closed meanwhile: it comes here, or the keyboard would be back at the top of the page. */
function Saved(): JSX.Element {
  const { t } = usePublicationWords();
  const alert = useRef<HTMLDivElement>(null);
  useEffect(() => alert.current?.focus(), []);
  return (
    <Alert color="teal" role="status" mt="md" tabIndex={-1} ref={alert}>
      {t('saved')}
    </Alert>
  );
}
