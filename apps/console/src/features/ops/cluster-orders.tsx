import { Text } from '@mantine/core';
import type { PlatformClusterView } from '@stead/contracts/dispatcher';
import type { Confirmation } from './confirm-dialog';
import type { OpsTranslation } from './ops-words';
import { platform } from './queries';

type T = OpsTranslation['t'];

const pathOf = ({ name }: PlatformClusterView): string => platform(`/clusters/${encodeURIComponent(name)}`);
export const tagOf = ({ revision }: { revision: number }): string => `"r${revision}"`;

export function cordon(t: T, cluster: PlatformClusterView): Confirmation {
  return {
    ...{ title: t('cordonTitle', { name: cluster.name }), text: t('cordonText'), button: t('cordon') },
    act: (client, { reason }) => client.post(`${pathOf(cluster)}/cordon`, { reason }),
  };
}

export function uncordon(t: T, cluster: PlatformClusterView): Confirmation {
  return {
    ...{ title: t('uncordonTitle', { name: cluster.name }), text: t('uncordonText'), button: t('uncordon') },
    act: (client, { reason }) => client.post(`${pathOf(cluster)}/uncordon`, { reason }),
  };
}

export function drain(t: T, cluster: PlatformClusterView): Confirmation {
  return {
    ...{ title: t('drainTitle', { name: cluster.name }), text: t('drainText'), button: t('drain') },
    act: (client, { reason }) => client.post(`${pathOf(cluster)}/drain`, { reason }),
  };
}

export function totalLoss(t: T, cluster: PlatformClusterView): Confirmation {
  return {
    ...{ title: t('lossTitle', { name: cluster.name }), text: t('lossText'), button: t('totalLoss') },
    ...{ danger: true, typed: cluster.name },
    more: (
      <Text size="sm" fw={600}>
        {t('lossRunning', { count: cluster.inFlight })}
      </Text>
    ),
    act: (client, { reason, typed }) => client.post(`${pathOf(cluster)}/total-loss`, { confirm: typed, reason }),
  };
}

export function remove(t: T, cluster: PlatformClusterView): Confirmation {
  return {
    ...{ title: t('removeTitle', { name: cluster.name }), text: t('removeText'), button: t('remove') },
    ...{ danger: true, typed: cluster.name },
    act: (client) => client.delete(pathOf(cluster), tagOf(cluster)),
  };
}
