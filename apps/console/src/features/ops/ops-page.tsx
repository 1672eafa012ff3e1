import { Alert, Badge, Stack, Text, Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { JSX } from 'react';
import { useSession } from '../../app/session';
import { AuditSection } from './audit-section';
import { BudgetsSection } from './budgets-section';
import { ClustersSection } from './clusters-section';
import { DeadLettersSection } from './dead-letters-section';
import { useOpsWords } from './ops-words';
import { useDeadLetters } from './queries';
import { QueueSection } from './queue-section';
import { RulesSection } from './rules-section';
import { WhatIfSection } from './what-if-section';

const SECTIONS = [
  { path: 'clusters', label: 'clusters', scope: 'platform:clusters:read', show: ClustersSection },
  { path: 'queue', label: 'queue', scope: 'platform:queue:read', show: QueueSection },
  { path: 'dead-letters', label: 'deadLetters', scope: 'platform:queue:read', show: DeadLettersSection },
  { path: 'rules', label: 'rules', scope: 'platform:rules:read', show: RulesSection },
  { path: 'budgets', label: 'budgets', scope: 'platform:rules:read', show: BudgetsSection },
  { path: 'what-if', label: 'whatIf', scope: 'platform:queue:read', show: WhatIfSection },
  { path: 'audit', label: 'audit', scope: 'platform:audit:read', show: AuditSection },
] as const;

/** The back office: what is no workspace's. */
export function OpsPage({ section }: { section: string }): JSX.Element {
  const { t } = useOpsWords();
  const { scopes } = useSession();
  const current = SECTIONS.find(({ path }) => path === section);
  const missing = current === undefined || scopes.has(current.scope) ? null : current.scope;
  return (
    <Stack>
      <Title order={2}>{t('title')}</Title>
      <div className="ops-grid">
        <nav className="ops-nav" aria-label={t('sections')}>
          {SECTIONS.map(({ path, label, scope }) =>
            scopes.has(scope) ? (
              <Link key={path} to="/ops/$" params={{ _splat: path }} aria-current={path === section ? 'page' : undefined}>
                {t(label)}
                {path === 'dead-letters' && <DeadLetterCount />}
              </Link>
            ) : null,
          )}
        </nav>
        <div>
          {missing !== null ? (
            <Alert color="yellow" role="alert">
              {t('notOperator', { scopes: missing })}
            </Alert>
          ) : current === undefined ? (
            <Text>{t('nothing')}</Text>
          ) : (
            <current.show />
          )}
        </div>
      </div>
    </Stack>
  );
}

function DeadLetterCount(): JSX.Element | null {
  const { data } = useDeadLetters(new URLSearchParams({ limit: '100' }));
  const count = data?.items.length ?? 0;
  if (count === 0) return null;
  return (
    <Badge color="red" size="sm" variant="light">
      {data?.next === null ? count : `${count}+`}
    </Badge>
  );
}
