import { Badge, Button, Group, Paper, Progress, Stack, Text, Title } from '@mantine/core';
import type { JSX } from 'react';
import type { PlatformClusterView } from '@stead/contracts/dispatcher';
import { duration } from '../../app/duration';
import { useSession } from '../../app/session';
import type { Dialog } from './clusters-section';
import * as orders from './cluster-orders';
import { useOpsWords } from './ops-words';
import { useCluster } from './queries';
import { HealthBadge, WishBadge } from './states';

type OnDialog = (dialog: Dialog) => void;

export function ClusterCard({ cluster, onDialog }: { cluster: PlatformClusterView; onDialog: OnDialog }): JSX.Element {
  const { t } = useOpsWords();
  const { scopes } = useSession();
  const { name, kind, source, health, healthDetail, wish, wishReason } = cluster;
  return (
    <Paper withBorder p="md" component="article" aria-label={name}>
      <Stack gap="sm" h="100%">
        <Group justify="space-between" align="start">
          <div>
            <Title order={4}>{name}</Title>
            <Text size="xs" c="dimmed">
              {t(kind)} · {t(source === 'configuration' ? 'fromConfiguration' : 'registered')}
            </Text>
          </div>
          <Group gap={6}>
            <HealthBadge health={health} />
            <WishBadge wish={wish} />
          </Group>
        </Group>
        {(healthDetail !== null || wishReason !== null) && (
          <Text size="sm" c="dimmed">
            {[wishReason, health === 'ok' ? null : healthDetail].filter(Boolean).join(' · ')}
          </Text>
        )}
        <Gpus cluster={cluster} />
        <Facts cluster={cluster} />
        <Nodes name={name} />
        {scopes.has('platform:clusters:write') && <Actions cluster={cluster} onDialog={onDialog} />}
      </Stack>
    </Paper>
  );
}

function Gpus({ cluster: { name, gpusTotal, gpusUsed, gpusWaiting } }: { cluster: PlatformClusterView }): JSX.Element {
  const { t } = useOpsWords();
  if (gpusTotal === null || gpusUsed === null) return <Text size="sm">{t('healthUnknown')}</Text>;
  const text = t('gpusOf', { used: gpusUsed, total: gpusTotal });
  return (
    <div>
      <Text size="sm">
        {t('gpus')}: {text}
      </Text>
      <Progress value={gpusTotal === 0 ? 0 : (100 * gpusUsed) / gpusTotal} aria-label={`${name}: ${text}`} />
      {gpusWaiting !== null && gpusWaiting > 0 && (
        <Text size="xs" c="dimmed">
          {t('gpusWaiting', { count: gpusWaiting })}
        </Text>
      )}
    </div>
  );
}

function Facts({ cluster }: { cluster: PlatformClusterView }): JSX.Element {
  const { t, language } = useOpsWords();
  const { heartbeatAgeS, inFlight, orphans, swept, pricePerGpuHour, elasticSlots, bootSeconds, slotsFree } = cluster;
  const asked = cluster.configured?.pricePerGpuHour ?? pricePerGpuHour;
  const priceText = asked === pricePerGpuHour ? String(asked) : `${pricePerGpuHour} · ${t('insteadOf', { value: asked })}`;
  const orphanText = `${orphans}${swept === false ? ` · ${t('notSwept')}` : ''}`;
  const facts: [string, string][] = [
    [t('heartbeat'), heartbeatAgeS === null ? t('never') : t('ago', { time: duration(heartbeatAgeS, language) })],
    [t('inFlight'), slotsFree === null ? String(inFlight) : `${inFlight} · ${t('roomFor', { count: slotsFree })}`],
    [t('orphans'), orphanText],
    [t('price'), priceText],
    ...(elasticSlots > 0
      ? ([[t('elastic'), `${elasticSlots} · ${t('boot')} ${duration(bootSeconds, language)}`]] as [string, string][])
      : []),
    ...(cluster.server === null ? [] : ([[t('server'), cluster.server]] as [string, string][])),
  ];
  return (
    <dl className="ops-facts">
      {facts.map(([term, value]) => (
        <div key={term} style={{ display: 'contents' }}>
          <dt title={term === t('orphans') ? t('orphansHint') : undefined}>{term}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

const NODES_SHOWN_MAX = 12;

function Nodes({ name }: { name: string }): JSX.Element | null {
  const { t } = useOpsWords();
  const { data } = useCluster(name);
  if (data === undefined || data.nodes.length === 0) return null;
  const left = data.nodes.length - NODES_SHOWN_MAX + data.nodesLeftOut;
  return (
    <div className="ops-nodes" role="list" aria-label={t('nodes')}>
      {data.nodes.slice(0, NODES_SHOWN_MAX).map((node) => {
        const closed = [...(node.ready ? [] : [t('nodeNotReady')]), ...(node.cordoned ? [t('nodeCordoned')] : [])];
        const text = [t('nodeFree', { name: node.name, free: node.gpusFree, total: node.gpusTotal }), ...closed].join(', ');
        return (
          <Badge
            key={node.name}
            role="listitem"
            variant="outline"
            color={closed.length > 0 ? 'gray' : 'teal'}
            tt="none"
            title={text}
          >
            {node.name} {node.gpusTotal - node.gpusFree}/{node.gpusTotal}
            {closed.length > 0 && ' ‖'}
          </Badge>
        );
      })}
      {left > 0 && <Text size="xs">{t('more', { count: left })}</Text>}
    </div>
  );
}

function Actions({ cluster, onDialog }: { cluster: PlatformClusterView; onDialog: OnDialog }): JSX.Element {
  const { t } = useOpsWords();
  const ask = (asked: ReturnType<typeof orders.cordon>): void => onDialog({ kind: 'confirm', asked });
  const small = { size: 'compact-sm', variant: 'default' } as const;
  const registered = cluster.source === 'registered';
  return (
    <Group gap="xs" mt="auto">
      {cluster.wish === 'open' ? (
        <>
          <Button {...small} onClick={() => ask(orders.cordon(t, cluster))}>
            {t('cordon')}
          </Button>
          <Button {...small} onClick={() => ask(orders.drain(t, cluster))}>
            {t('drain')}
          </Button>
        </>
      ) : (
        <Button {...small} onClick={() => ask(orders.uncordon(t, cluster))}>
          {t('uncordon')}
        </Button>
      )}
      <Button {...small} onClick={() => onDialog({ kind: 'test', cluster })}>
        {t('test')}
      </Button>
      <Button {...small} onClick={() => onDialog({ kind: 'edit', cluster })}>
        {t('edit')}
      </Button>
      {registered && (
        <Button {...small} onClick={() => onDialog({ kind: 'rotate', cluster })}>
          {t('rotate')}
        </Button>
      )}
      {cluster.wish !== 'lost' && (
        <Button size="compact-sm" variant="light" color="red" onClick={() => ask(orders.totalLoss(t, cluster))}>
          {t('totalLoss')}
        </Button>
      )}
      {registered && (
        <Button size="compact-sm" variant="light" color="red" onClick={() => ask(orders.remove(t, cluster))}>
          {t('remove')}
        </Button>
      )}
    </Group>
  );
}
