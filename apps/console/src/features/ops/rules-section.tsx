import { Button, NumberInput, Stack, Table, Text, Title } from '@mantine/core';
import { useState, type JSX } from 'react';
import type { WorkspaceRulesView } from '@stead/contracts/dispatcher';
import { useSession } from '../../app/session';
import { tagOf } from './cluster-orders';
import { Loading, ProblemAlert } from '../../app/feedback';
import { useOpsWords } from './ops-words';
import { OrderDialog } from './order-dialog';
import { Pager } from '../../app/pager';
import { PolicyFields } from './policy-fields';
import { platform, useRules, useWorkspaceNames } from './queries';
import { useFilters } from '../../app/filters';
import { policyText } from './states';

export function RulesSection(): JSX.Element {
  const words = useOpsWords();
  const { t } = words;
  const { scopes } = useSession();
  const filters = useFilters([]);
  const { data, error } = useRules(filters.query);
  const nameOf = useWorkspaceNames();
  const [edited, setEdited] = useState<WorkspaceRulesView | null>(null);
  return (
    <Stack>
      <Title order={3}>{t('rules')}</Title>
      <Text size="sm" c="dimmed">
        {t('weightHint')}
      </Text>
      <ProblemAlert error={error} />
      {data === undefined && error === null && <Loading />}
      {data !== undefined && data.items.length === 0 && <Text c="dimmed">{t('nothing')}</Text>}
      {data !== undefined && data.items.length > 0 && (
        <div className="ops-scroll" tabIndex={0} role="region" aria-label={t('rules')}>
          <Table striped withTableBorder>
            <Table.Thead>
              <Table.Tr>
                <Table.Th scope="col">{t('workspace')}</Table.Th>
                <Table.Th scope="col">{t('weight')}</Table.Th>
                <Table.Th scope="col">{t('policy')}</Table.Th>
                <Table.Th scope="col">{t('share')}</Table.Th>
                <Table.Th scope="col">{t('queuedRunning')}</Table.Th>
                <Table.Th scope="col">{t('editRules')}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {data.items.map((rules) => (
                <Table.Tr key={rules.workspaceId}>
                  <Table.Th scope="row">{nameOf(rules.workspaceId)}</Table.Th>
                  <Table.Td className="ops-number">{rules.weight}</Table.Td>
                  <Table.Td>{rules.placement === null ? t('platformPolicy') : policyText(words, rules.placement)}</Table.Td>
                  <Table.Td className="ops-number">
                    {t('gpuHours', { hours: (rules.gpuSeconds / 3600).toFixed(2) })} · {rules.cloudCost.toFixed(2)}
                  </Table.Td>
                  <Table.Td className="ops-number">
                    {rules.queued} / {rules.running}
                  </Table.Td>
                  <Table.Td>
                    {scopes.has('platform:rules:write') && (
                      <Button
                        size="compact-xs"
                        variant="default"
                        onClick={() => setEdited(rules)}
                        aria-label={`${t('editRules')}: ${nameOf(rules.workspaceId)}`}
                      >
                        {t('editRules')}
                      </Button>
                    )}
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </div>
      )}
      <Pager cursor={filters.cursor} next={data?.next ?? null} onChange={(cursor) => filters.set('cursor', cursor)} />
      {edited !== null && <RulesDialog rules={edited} name={nameOf(edited.workspaceId)} onClose={() => setEdited(null)} />}
    </Stack>
  );
}

/** Compared with what was read: two operators cannot undo each other unseen. */
function RulesDialog({ rules, name, onClose }: { rules: WorkspaceRulesView; name: string; onClose: () => void }): JSX.Element {
  const { t } = useOpsWords();
  const [weight, setWeight] = useState<number | string>(rules.weight);
  const [placement, setPlacement] = useState(rules.placement);
  return (
    <OrderDialog
      {...{ title: t('rulesOf', { name }), button: t('save'), onClose }}
      act={(client, reason) =>
        client.put(platform(`/rules/${rules.workspaceId}`), { weight, placement, ...reason }, tagOf(rules))
      }
    >
      <NumberInput
        label={t('weight')}
        description={t('weightHint')}
        step={0.5}
        value={weight}
        onChange={setWeight}
        required
        data-autofocus
      />
      <PolicyFields policy={placement} onChange={setPlacement} optional />
    </OrderDialog>
  );
}
