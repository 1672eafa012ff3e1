import {
  keepPreviousData,
  useMutation,
  useQuery,
  useQueryClient,
  type UseMutationResult,
  type UseQueryResult,
} from '@tanstack/react-query';
import type {
  AuditEntryView,
  BudgetView,
  DeadLetterView,
  PlatformClusterDetailView,
  PlatformClusterView,
  QueueDetailView,
  QueueItemView,
  UsageView,
  WorkspaceRulesView,
} from '@stead/contracts/dispatcher';
import type { PlatformWorkspaceView } from '@stead/contracts/workspaces';
import type { SteadClient } from '@stead/web/api-client';
import { useSession } from '../../app/session';

export interface Listed<T> {
  items: T[];
  next: string | null;
}

const OPS = 'ops';
const PLATFORM = '/v1/platform';

/** Asked again and again while it is looked at; who has the answer already is sent 304 and no body. */
function usePolled<T>(path: string, everyMs: number, enabled = true): UseQueryResult<T> {
  const { client } = useSession();
  return useQuery({
    queryKey: [OPS, path],
    queryFn: () => client.get<T>(PLATFORM + path),
    refetchInterval: everyMs,
    placeholderData: keepPreviousData,
    enabled,
  });
}

export const useClusters = (): UseQueryResult<{ items: PlatformClusterView[] }> => usePolled('/clusters', 2_000);
export const useCluster = (name: string): UseQueryResult<PlatformClusterDetailView> =>
  usePolled(`/clusters/${encodeURIComponent(name)}`, 3_000);
export const useQueue = (query: URLSearchParams): UseQueryResult<Listed<QueueItemView>> => usePolled(`/queue?${query}`, 2_000);
export const useQueueDetail = (runId: string): UseQueryResult<QueueDetailView> => usePolled(`/queue/${runId}`, 3_000);
export const useDeadLetters = (query: URLSearchParams): UseQueryResult<Listed<DeadLetterView>> =>
  usePolled(`/dead-letters?${query}`, 5_000);
export const useRules = (query: URLSearchParams): UseQueryResult<Listed<WorkspaceRulesView>> =>
  usePolled(`/rules?${query}`, 5_000);
export const useBudgets = (): UseQueryResult<{ items: BudgetView[] }> => usePolled('/budgets', 5_000);
export const useAudit = (query: URLSearchParams): UseQueryResult<Listed<AuditEntryView>> => usePolled(`/audit?${query}`, 5_000);

/** The last so many minutes, by the clock of this moment. */
export function useUsage(minutes: number): UseQueryResult<UsageView> {
  const { client } = useSession();
  return useQuery({
    queryKey: [OPS, 'usage', minutes],
    queryFn: () => {
      const to = Date.now();
      const span = { from: new Date(to - minutes * 60_000).toISOString(), to: new Date(to).toISOString() };
      return client.get<UsageView>(`${PLATFORM}/usage?${new URLSearchParams(span)}`);
    },
    refetchInterval: minutes > 1_440 ? 60_000 : 10_000,
    placeholderData: keepPreviousData,
  });
}

/** Names of workspaces by id; the newest hundred, which a list of the others would not make clearer. */
export function useWorkspaceNames(): (id: string) => string {
  const { client, scopes } = useSession();
  const { data } = useQuery({
    queryKey: [OPS, 'workspaces'],
    queryFn: () => client.get<Listed<PlatformWorkspaceView>>(`${PLATFORM}/workspaces?limit=100`),
    staleTime: 60_000,
    enabled: scopes.has('platform:workspaces:read'),
  });
  return (id) => data?.items.find((workspace) => workspace.id === id)?.name ?? id.slice(-8);
}

export function useWorkspaces(): PlatformWorkspaceView[] {
  const { client, scopes } = useSession();
  const { data } = useQuery({
    queryKey: [OPS, 'workspaces'],
    queryFn: () => client.get<Listed<PlatformWorkspaceView>>(`${PLATFORM}/workspaces?limit=100`),
    staleTime: 60_000,
    enabled: scopes.has('platform:workspaces:read'),
  });
  return data?.items ?? [];
}

/** Something that an operator does. What is shown afterwards is what the server says, not what was hoped for. */
export function useAction<Input, Output = unknown>(
  act: (client: SteadClient, input: Input) => Promise<Output>,
): UseMutationResult<Output, Error, Input> {
  const { client } = useSession();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (input: Input) => act(client, input),
    onSettled: () => queries.invalidateQueries({ queryKey: [OPS] }),
  });
}

export const platform = (path: string): string => PLATFORM + path;
