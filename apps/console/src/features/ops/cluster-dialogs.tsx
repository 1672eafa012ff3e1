import { Alert, Button, Group, Input, Modal, NumberInput, Stack, Text, TextInput, Textarea, NativeSelect } from '@mantine/core';
import { useEffect, useState, type JSX } from 'react';
import type { ClusterReportView, PlatformClusterView } from '@stead/contracts/dispatcher';
import { tagOf } from './cluster-orders';
import { ProblemAlert } from '../../app/feedback';
import { Working } from './feedback';
import { useOpsWords } from './ops-words';
import { platform, useAction } from './queries';

interface Draft {
  name: string;
  kind: string;
  kubeconfig: string;
  context: string;
  namespace: string;
  pricePerGpuHour: number | string;
  elasticSlots: number | string;
  bootSeconds: number | string;
}
const EMPTY: Draft = {
  ...{ name: '', kind: 'onprem', kubeconfig: '', context: '', namespace: 'stead' },
  ...{ pricePerGpuHour: '', elasticSlots: '', bootSeconds: 240 },
};

/** What is left empty is the server's to choose. */
function bodyOf({ context, elasticSlots, ...rest }: Draft): object {
  return { ...rest, ...(context === '' ? {} : { context }), ...(elasticSlots === '' ? {} : { elasticSlots }) };
}

export function RegisterDialog({ onClose }: { onClose: () => void }): JSX.Element {
  const { t } = useOpsWords();
  const [draft, setDraft] = useState(EMPTY);
  const set = (change: Partial<Draft>): void => setDraft((known) => ({ ...known, ...change }));
  const test = useAction((client, body: object) => client.post<ClusterReportView>(platform('/clusters/test'), body));
  const register = useAction((client, body: object) => client.post(platform('/clusters'), body));
  const busy = test.isPending || register.isPending;
  return (
    <Modal opened onClose={onClose} size="lg" title={t('registerCluster')} closeButtonProps={{ 'aria-label': t('close') }}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          register.mutate(bodyOf(draft), { onSuccess: onClose });
        }}
      >
        <Stack>
          <Group grow align="start">
            <TextInput
              label={t('name')}
              required
              value={draft.name}
              onChange={(event) => set({ name: event.currentTarget.value })}
              data-autofocus
            />
            <NativeSelect
              label={t('kind')}
              value={draft.kind}
              onChange={(event) => set({ kind: event.currentTarget.value })}
              data={[
                { value: 'onprem', label: t('onprem') },
                { value: 'cloud', label: t('cloud') },
              ]}
            />
          </Group>
          <KubeconfigFields draft={draft} onChange={set} />
          <Group grow align="start">
            <TextInput
              label={t('namespace')}
              required
              value={draft.namespace}
              onChange={(event) => set({ namespace: event.currentTarget.value })}
            />
            <Price value={draft.pricePerGpuHour} onChange={(pricePerGpuHour) => set({ pricePerGpuHour })} />
          </Group>
          <Group grow align="start">
            <NumberInput
              label={t('elastic')}
              min={0}
              allowDecimal={false}
              value={draft.elasticSlots}
              onChange={(elasticSlots) => set({ elasticSlots })}
            />
            <NumberInput
              label={t('bootSeconds')}
              min={0}
              value={draft.bootSeconds}
              onChange={(bootSeconds) => set({ bootSeconds })}
            />
          </Group>
          {busy && <Working what={t('testing')} />}
          {!busy && test.data !== undefined && register.error === null && <Report report={test.data} />}
          {!busy && <ProblemAlert error={register.error ?? test.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t('cancel')}
            </Button>
            <Button
              variant="default"
              disabled={busy}
              onClick={() => {
                register.reset();
                test.mutate(bodyOf(draft));
              }}
            >
              {t('test')}
            </Button>
            <Button type="submit" disabled={busy}>
              {t('registerCluster')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

export function RotateDialog({ cluster, onClose }: { cluster: PlatformClusterView; onClose: () => void }): JSX.Element {
  const { t } = useOpsWords();
  const [draft, setDraft] = useState({ kubeconfig: '', context: '' });
  const rotate = useAction((client) => {
    const body = { kubeconfig: draft.kubeconfig, ...(draft.context === '' ? {} : { context: draft.context }) };
    return client.put(platform(`/clusters/${encodeURIComponent(cluster.name)}/kubeconfig`), body, tagOf(cluster));
  });
  return (
    <Modal
      opened
      onClose={onClose}
      size="lg"
      title={`${t('rotate')}: ${cluster.name}`}
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          rotate.mutate(undefined, { onSuccess: onClose });
        }}
      >
        <Stack>
          <KubeconfigFields draft={draft} onChange={(change) => setDraft((known) => ({ ...known, ...change }))} />
          {rotate.isPending ? <Working what={t('testing')} /> : <ProblemAlert error={rotate.error} />}
          <Save pending={rotate.isPending} onClose={onClose} />
        </Stack>
      </form>
    </Modal>
  );
}

/** Of a cluster of the configuration only what differs is set: the rest goes on following what stands there. */
export function EditDialog({ cluster, onClose }: { cluster: PlatformClusterView; onClose: () => void }): JSX.Element {
  const { t } = useOpsWords();
  const { pricePerGpuHour, elasticSlots, bootSeconds, configured } = cluster;
  const before = { pricePerGpuHour, elasticSlots, bootSeconds };
  const [draft, setDraft] = useState<Pick<Draft, keyof typeof before>>(before);
  const changes = Object.fromEntries(
    Object.entries(draft).filter(([key, value]) => value !== before[key as keyof typeof before]),
  );
  const edit = useAction((client, body: object) =>
    client.patch(platform(`/clusters/${encodeURIComponent(cluster.name)}`), body, tagOf(cluster)),
  );
  return (
    <Modal opened onClose={onClose} title={`${t('edit')}: ${cluster.name}`} closeButtonProps={{ 'aria-label': t('close') }}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (Object.keys(changes).length === 0) onClose();
          else edit.mutate(changes, { onSuccess: onClose });
        }}
      >
        <Stack>
          {cluster.source === 'configuration' && (
            <Text size="sm">
              {t('insteadOfConfiguration')} {configured !== null && t('inConfiguration', configured)}
            </Text>
          )}
          <Price value={draft.pricePerGpuHour} onChange={(price) => setDraft({ ...draft, pricePerGpuHour: price })} />
          <NumberInput
            label={t('elastic')}
            min={0}
            allowDecimal={false}
            value={draft.elasticSlots}
            onChange={(slots) => setDraft({ ...draft, elasticSlots: slots })}
          />
          <NumberInput
            label={t('bootSeconds')}
            min={0}
            value={draft.bootSeconds}
            onChange={(seconds) => setDraft({ ...draft, bootSeconds: seconds })}
          />
          {configured !== null && (
            <Button
              variant="light"
              disabled={edit.isPending}
              onClick={() =>
                edit.mutate({ pricePerGpuHour: null, elasticSlots: null, bootSeconds: null }, { onSuccess: onClose })
              }
            >
              {t('asConfigured')}
            </Button>
          )}
          <ProblemAlert error={edit.error} />
          <Save pending={edit.isPending} onClose={onClose} />
        </Stack>
      </form>
    </Modal>
  );
}

export function TestDialog({ cluster, onClose }: { cluster: PlatformClusterView; onClose: () => void }): JSX.Element {
  const { t } = useOpsWords();
  const { mutate, data, error } = useAction((client, name: string) =>
    client.post<ClusterReportView>(platform(`/clusters/${encodeURIComponent(name)}/test`)),
  );
  useEffect(() => mutate(cluster.name), [mutate, cluster.name]);
  return (
    <Modal opened onClose={onClose} title={`${t('test')}: ${cluster.name}`} closeButtonProps={{ 'aria-label': t('close') }}>
      {data === undefined && error === null && <Working what={t('testing')} />}
      {data !== undefined && <Report report={data} />}
      <ProblemAlert error={error} />
    </Modal>
  );
}

function KubeconfigFields({
  draft,
  onChange,
}: {
  draft: Pick<Draft, 'kubeconfig' | 'context'>;
  onChange: (change: Partial<Pick<Draft, 'kubeconfig' | 'context'>>) => void;
}): JSX.Element {
  const { t } = useOpsWords();
  return (
    <>
      <Textarea
        label={t('kubeconfig')}
        description={t('kubeconfigHint')}
        required
        rows={8}
        spellCheck={false}
        autoComplete="off"
        styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)', fontSize: '0.8rem' } }}
        value={draft.kubeconfig}
        onChange={(event) => onChange({ kubeconfig: event.currentTarget.value })}
        data-autofocus
      />
      <TextInput
        label={t('context')}
        description={t('contextHint')}
        value={draft.context}
        onChange={(event) => onChange({ context: event.currentTarget.value })}
      />
    </>
  );
}

function Price({ value, onChange }: { value: number | string; onChange: (value: number | string) => void }): JSX.Element {
  const { t } = useOpsWords();
  const bounds = { min: 0, step: 0.1, decimalScale: 4 };
  return <NumberInput label={t('price')} required {...bounds} value={value} onChange={onChange} data-autofocus />;
}

function Save({ pending, onClose }: { pending: boolean; onClose: () => void }): JSX.Element {
  const { t } = useOpsWords();
  return (
    <Group justify="flex-end">
      <Button variant="default" onClick={onClose}>
        {t('cancel')}
      </Button>
      <Button type="submit" loading={pending}>
        {t('save')}
      </Button>
    </Group>
  );
}

function Report({ report }: { report: ClusterReportView }): JSX.Element {
  const { t } = useOpsWords();
  const { usable, kubernetesVersion, argoVersion, gpus, milliseconds, findings } = report;
  const found = { kubernetes: kubernetesVersion ?? '?', argo: argoVersion ?? '?', gpus: gpus ?? '?', ms: milliseconds };
  return (
    <Alert color={usable ? 'teal' : 'red'} title={`${usable ? '✓' : '✕'} ${t(usable ? 'usable' : 'unusable')}`} role="status">
      <Text size="sm">{t('found', found)}</Text>
      {findings.length > 0 && (
        <ul>
          {findings.map(({ code, severity, detail, fix }) => (
            <li key={code + detail}>
              <Text size="sm">
                <b>{severity === 'error' ? '✕' : '!'}</b> {detail}
              </Text>
              <Input.Description>{fix}</Input.Description>
            </li>
          ))}
        </ul>
      )}
    </Alert>
  );
}
