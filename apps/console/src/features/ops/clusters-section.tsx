import { Button, Group, Stack, Text, Title } from '@mantine/core';
import { useState, type JSX } from 'react';
import type { PlatformClusterView } from '@stead/contracts/dispatcher';
import { useSession } from '../../app/session';
import { ClusterCard } from './cluster-card';
import { ConfirmDialog, type Confirmation } from './confirm-dialog';
import { EditDialog, RegisterDialog, RotateDialog, TestDialog } from './cluster-dialogs';
import { Loading, ProblemAlert } from '../../app/feedback';
import { useOpsWords } from './ops-words';
import { useClusters } from './queries';
import { UsageSection } from './usage-section';

export type Dialog =
  | { kind: 'confirm'; asked: Confirmation }
  | { kind: 'register' }
  | { kind: 'rotate' | 'edit' | 'test'; cluster: PlatformClusterView }
  | null;

export function ClustersSection(): JSX.Element {
  const { t } = useOpsWords();
  const { scopes } = useSession();
  const { data, error } = useClusters();
  const [dialog, setDialog] = useState<Dialog>(null);
  const close = (): void => setDialog(null);
  return (
    <Stack gap="xl">
      <UsageSection />
      <section aria-labelledby="clusters-title">
        <Group justify="space-between" mb="sm">
          <Title order={3} id="clusters-title">
            {t('clusters')}
          </Title>
          {scopes.has('platform:clusters:write') && (
            <Button onClick={() => setDialog({ kind: 'register' })}>{t('registerCluster')}</Button>
          )}
        </Group>
        <ProblemAlert error={error} />
        {data === undefined ? error === null && <Loading /> : <Cards clusters={data.items} onDialog={setDialog} />}
      </section>
      {dialog?.kind === 'confirm' && <ConfirmDialog asked={dialog.asked} onClose={close} />}
      {dialog?.kind === 'register' && <RegisterDialog onClose={close} />}
      {dialog?.kind === 'rotate' && <RotateDialog cluster={dialog.cluster} onClose={close} />}
      {dialog?.kind === 'edit' && <EditDialog cluster={dialog.cluster} onClose={close} />}
      {dialog?.kind === 'test' && <TestDialog cluster={dialog.cluster} onClose={close} />}
    </Stack>
  );
}

function Cards({
  clusters,
  onDialog,
}: {
  clusters: readonly PlatformClusterView[];
  onDialog: (dialog: Dialog) => void;
}): JSX.Element {
  const { t } = useOpsWords();
  if (clusters.length === 0) return <Text c="dimmed">{t('nothing')}</Text>;
  return (
    <div className="ops-cards">
      {clusters.map((cluster) => (
        <ClusterCard key={cluster.name} cluster={cluster} onDialog={onDialog} />
      ))}
    </div>
  );
}
