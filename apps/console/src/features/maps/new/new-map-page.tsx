import { Alert, Button, Group, Stack, Text, TextInput, Title } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useMemo, useState, type JSX } from 'react';
import type { CaptureKind } from '@stead/contracts/pipeline';
import { body, useAction } from '../../../app/api';
import { ProblemAlert } from '../../../app/feedback';
import { useSession } from '../../../app/session';
import { BuildSettings, FRESH, buildBody, type BuildDraft } from '../build-settings';
import { useMapWords } from '../map-words';
import { isAtField, problemAt } from '../problems';
import { MAPS } from '../queries';
import { CaptureState } from './capture-state';
import { featuresOf, judge } from './chosen-files';
import { Estimate } from './estimate';
import { FileChooser } from './file-chooser';
import { FilesVerdict } from './files-verdict';
import { UploadProgress } from './upload-progress';
import { useCapture, type Capture, type CaptureWork } from './use-capture';
import { useChosenFiles, type Chosen } from './use-chosen-files';

const SCOPES = ['captures:read', 'captures:write', 'space-maps:write'] as const;

/** From files to a map that is being built. */
export function NewMapPage(): JSX.Element {
  const { t } = useMapWords();
  const { scopes } = useSession();
  const missing = SCOPES.filter((scope) => !scopes.has(scope));
  return (
    <Stack>
      <div>
        <Title order={2}>{t('newTitle')}</Title>
        <Text c="dimmed">{t('newIntro')}</Text>
      </div>
      {missing.length > 0 ? (
        <Alert color="yellow" role="alert">
          {t('missingNew', { scopes: missing.join(', ') })}
        </Alert>
      ) : (
        <Making />
      )}
    </Stack>
  );
}

function Making(): JSX.Element {
  const { t, language } = useMapWords();
  const work = useCapture();
  const chosen = useChosenFiles();
  const [wanted, setWanted] = useState<CaptureKind | null>(null);
  const { capture, files, upload } = work;
  const refused = useMemo(() => refusedOf(capture, files), [capture, files]);
  const verdict = useMemo(() => judge(chosen.files, wanted, refused), [chosen.files, wanted, refused]);
  const [draft, setDraft] = useState<BuildDraft>(FRESH);
  const [name, setName] = useState<string | null>(null);
  const called = chosen.folder ?? capture?.name ?? nameOf(chosen, verdict.kind, t, language);
  const isFit = capture?.state === 'verified';
  const isSending = upload !== null && upload.phase !== 'done' && capture?.state === 'uploading';
  const takesFiles = !isSending && !isFit && capture?.state !== 'probing' && !work.commit.isPending;
  const isRead = chosen.reading === null && verdict.usable.length > 0;
  const features =
    isFit && verdict.usable.length === 0
      ? sizeOf(capture)
      : isRead && verdict.stops === 'none'
        ? featuresOf(verdict.usable)
        : null;
  return (
    <div className="maps-grid">
      <Stack>
        <Title order={3} size="h4">
          {t('files')}
        </Title>
        {takesFiles && <FileChooser onFiles={chosen.add} disabled={work.begin.isPending} />}
        <FilesVerdict chosen={chosen} verdict={verdict} onKind={setWanted} />
        <ProblemAlert error={chosen.error ?? work.error ?? work.begin.error ?? work.discard.error} />
        {takesFiles && chosen.files.length > 0 && (
          <Group>
            <Button
              disabled={!isRead || verdict.stops !== 'none' || verdict.kind === null}
              loading={work.begin.isPending}
              onClick={() => {
                if (verdict.kind !== null)
                  work.begin.mutate({ name: called.slice(0, 200), kind: verdict.kind, files: verdict.usable });
              }}
            >
              {t('upload', { count: verdict.usable.length })}
            </Button>
            <Button variant="default" onClick={chosen.clear}>
              {t('startOver')}
            </Button>
          </Group>
        )}
        {isSending && (
          <UploadProgress
            upload={upload}
            onPause={work.pause}
            onGoOn={work.goOn}
            onCancel={() => work.discard.mutate()}
            isCancelling={work.discard.isPending}
          />
        )}
        <CaptureState work={work} />
        {isFit && (
          <Button variant="default" className="maps-start" onClick={() => work.discard.mutate()} loading={work.discard.isPending}>
            {t('startOver')}
          </Button>
        )}
      </Stack>
      <Build
        {...{ work, draft, setName }}
        name={name ?? called}
        onChange={(change) => setDraft((known) => ({ ...known, ...change }))}
        estimate={<Estimate kind={capture?.kind ?? verdict.kind} features={features} draft={draft} />}
      />
    </div>
  );
}

const FIELDS = ['/name', '/preset', '/deadline', '/priority', '/placement'];

function Build({
  work,
  draft,
  name,
  setName,
  onChange,
  estimate,
}: {
  work: CaptureWork;
  draft: BuildDraft;
  name: string;
  setName: (name: string) => void;
  onChange: (change: Partial<BuildDraft>) => void;
  estimate: JSX.Element;
}): JSX.Element {
  const { t } = useMapWords();
  const navigate = useNavigate();
  const { capture } = work;
  const isFit = capture?.state === 'verified';
  const wanted = { name: name.trim(), ...buildBody(draft) };
  // Pressed again after an answer was lost it is still one map; with other settings it is another request.
  const said = JSON.stringify([capture?.id, wanted]);
  const key = useMemo(() => crypto.randomUUID(), [said]);
  const build = useAction([MAPS], async (api, captureId: string) =>
    body(await api.POST('/v1/space-maps', { headers: { 'idempotency-key': key }, body: { ...wanted, captureId } })),
  );
  const at = problemAt(build.error);
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (!isFit || build.isPending) return;
        build.mutate(capture.id, {
          onSuccess: ({ latestVersion: { runId } }) => {
            work.forget();
            void navigate({ to: '/runs/$runId', params: { runId } });
          },
        });
      }}
    >
      <Stack>
        <Title order={3} size="h4">
          {t('settings')}
        </Title>
        <TextInput
          label={t('name')}
          description={t('nameHint')}
          value={name}
          maxLength={200}
          error={at('/name')}
          onChange={({ currentTarget: { value } }) => setName(value)}
        />
        <BuildSettings draft={draft} onChange={onChange} problemAt={at} />
        {estimate}
        {!isAtField(build.error, FIELDS) && <ProblemAlert error={build.error} />}
        <Group>
          <Button
            type="submit"
            disabled={!isFit}
            loading={build.isPending}
            aria-describedby={isFit ? undefined : 'build-not-yet'}
          >
            {t('build')}
          </Button>
          {!isFit && (
            <Text size="sm" c="dimmed" id="build-not-yet">
              {t('buildNotYet')}
            </Text>
          )}
        </Group>
      </Stack>
    </form>
  );
}

/** What the server could not use, by its bytes. */
function refusedOf(capture: Capture | null, files: CaptureWork['files']): ReadonlySet<string> {
  if (capture?.state !== 'rejected') return new Set();
  const bad = new Set(
    capture.problems.flatMap(({ fileId, severity }) => (severity === 'error' && fileId !== null ? [fileId] : [])),
  );
  return new Set(files.flatMap(({ id, sha256 }) => (bad.has(id) ? [sha256] : [])));
}

/** Of a capture whose files were read before a reload: photos are counted by their bytes then. */
function sizeOf({ files, bytes }: Capture): ReturnType<typeof featuresOf> {
  return { files, bytes, megapixels: null, points: null };
}

function nameOf({ files }: Chosen, kind: CaptureKind | null, t: ReturnType<typeof useMapWords>['t'], language: string): string {
  if (kind === null) return '';
  const [first] = files;
  if (kind !== 'photos' && files.length === 1 && first !== undefined) return first.name.replace(/\.[^.]*$/, '');
  return `${t(kind)} ${new Date().toLocaleDateString(language)}`;
}
