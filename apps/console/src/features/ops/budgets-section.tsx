import { Button, Group, NumberInput, Progress, Select, Stack, Table, Text, Title } from '@mantine/core';
import { useState, type JSX } from 'react';
import type { BudgetView } from '@stead/contracts/dispatcher';
import { useSession } from '../../app/session';
import { tagOf } from './cluster-orders';
import { Loading, ProblemAlert } from '../../app/feedback';
import { useOpsWords } from './ops-words';
import { OrderDialog } from './order-dialog';
import { platform, useBudgets, useWorkspaceNames, useWorkspaces } from './queries';

const NEW: BudgetView = {
  ...{ scope: 'house', period: 'month', revision: 0, cap: null, left: null },
  ...{ reserved: 0, spent: 0, overrun: 0 },
};
/** Beyond this part of a cap the bar warns. */
const NEARLY = 0.9;

/** What may be spent in clouds, and how much of it is. */
export function BudgetsSection(): JSX.Element {
  const { t } = useOpsWords();
  const { scopes } = useSession();
  const { data, error } = useBudgets();
  const nameOf = useScopeNames();
  const [edited, setEdited] = useState<{ budget: BudgetView; isNew: boolean } | null>(null);
  const mayWrite = scopes.has('platform:rules:write');
  return (
    <Stack>
      <Group justify="space-between">
        <Title order={3}>{t('budgets')}</Title>
        {mayWrite && <Button onClick={() => setEdited({ budget: NEW, isNew: true })}>{t('newBudget')}</Button>}
      </Group>
      <Text size="sm" c="dimmed">
        {t('budgetsHint')}
      </Text>
      <ProblemAlert error={error} />
      {data === undefined && error === null && <Loading />}
      {data !== undefined && data.items.length === 0 && <Text c="dimmed">{t('nothing')}</Text>}
      {data !== undefined && data.items.length > 0 && (
        <div className="ops-scroll" tabIndex={0} role="region" aria-label={t('budgets')}>
          <Table striped withTableBorder>
            <Table.Thead>
              <Table.Tr>
                <Table.Th scope="col">{t('budgetOf')}</Table.Th>
                <Table.Th scope="col">{t('period')}</Table.Th>
                <Table.Th scope="col">{t('spent')}</Table.Th>
                <Table.Th scope="col">{t('setAside')}</Table.Th>
                <Table.Th scope="col">{t('cap')}</Table.Th>
                <Table.Th scope="col">{t('usedPart')}</Table.Th>
                <Table.Th scope="col">{t('editRules')}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {data.items.map((budget) => (
                <BudgetRow
                  key={`${budget.scope} ${budget.period}`}
                  {...{ budget, name: nameOf(budget.scope) }}
                  onEdit={mayWrite ? () => setEdited({ budget, isNew: false }) : null}
                />
              ))}
            </Table.Tbody>
          </Table>
        </div>
      )}
      {edited !== null && <BudgetDialog {...edited} onClose={() => setEdited(null)} />}
    </Stack>
  );
}

function BudgetRow({ budget, name, onEdit }: { budget: BudgetView; name: string; onEdit: (() => void) | null }): JSX.Element {
  const { t } = useOpsWords();
  const { cap, spent, reserved, period } = budget;
  const part = cap === null ? null : cap === 0 ? 1 : (spent + reserved) / cap;
  const label = `${t(period)}: ${name}`;
  return (
    <Table.Tr>
      <Table.Th scope="row">{name}</Table.Th>
      <Table.Td>{t(period)}</Table.Td>
      <Table.Td className="ops-number">{spent.toFixed(2)}</Table.Td>
      <Table.Td className="ops-number">{reserved.toFixed(2)}</Table.Td>
      <Table.Td className="ops-number">{cap === null ? t('noCap') : cap.toFixed(2)}</Table.Td>
      <Table.Td miw={120}>
        {part !== null && (
          <Progress
            value={Math.min(100, part * 100)}
            color={part >= NEARLY ? 'red' : 'teal'}
            aria-label={`${t('usedPart')}, ${label}`}
          />
        )}
      </Table.Td>
      <Table.Td>
        {onEdit !== null && (
          <Button size="compact-xs" variant="default" onClick={onEdit} aria-label={`${t('editRules')}, ${label}`}>
            {t('editRules')}
          </Button>
        )}
      </Table.Td>
    </Table.Tr>
  );
}

/** Compared with what was read: two operators cannot undo each other unseen. */
function BudgetDialog({ budget, isNew, onClose }: { budget: BudgetView; isNew: boolean; onClose: () => void }): JSX.Element {
  const { t } = useOpsWords();
  const nameOf = useScopeNames();
  const workspaces = useWorkspaces();
  const [scope, setScope] = useState<string>(budget.scope);
  const [period, setPeriod] = useState<string>(budget.period);
  const [cap, setCap] = useState<number | string>(budget.cap ?? '');
  const title = isNew ? t('newBudget') : t('budgetTitle', { name: nameOf(budget.scope), period: t(budget.period) });
  return (
    <OrderDialog
      {...{ title, button: t('save'), onClose }}
      act={(client, reason) => {
        const body = { cap: cap === '' ? null : cap, ...reason };
        return client.put(platform(`/budgets/${scope}/${period}`), body, isNew ? undefined : tagOf(budget));
      }}
    >
      {isNew && (
        <>
          <Select
            label={t('budgetOf')}
            data={[{ value: 'house', label: t('house') }, ...workspaces.map(({ id, name }) => ({ value: id, label: name }))]}
            value={scope}
            onChange={(value) => setScope(value ?? 'house')}
            allowDeselect={false}
          />
          <Select
            label={t('period')}
            data={(['day', 'month'] as const).map((value) => ({ value, label: t(value) }))}
            value={period}
            onChange={(value) => setPeriod(value ?? 'month')}
            allowDeselect={false}
          />
        </>
      )}
      <NumberInput
        {...{ label: t('cap'), description: t('capHint'), min: 0, decimalScale: 6, value: cap, onChange: setCap }}
        data-autofocus
      />
    </OrderDialog>
  );
}

function useScopeNames(): (scope: string) => string {
  const { t } = useOpsWords();
  const nameOf = useWorkspaceNames();
  return (scope) => (scope === 'house' ? t('house') : nameOf(scope));
}
