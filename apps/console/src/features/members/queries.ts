import type { UseQueryResult } from '@tanstack/react-query';
import type { components } from '@stead/web/api-client';
import { body, useRead } from '../../app/api';
import { useSession } from '../../app/session';

type Schemas = components['schemas'];
export type Member = Schemas['Member'];
export type Invitation = Schemas['Invitation'];
export type Role = Member['role'];

export const MEMBERS = 'members';
const PAGE_SIZE = 50;

/** Of the workspace that this tab is in; whoever is in none does not come here. */
export function useWorkspacePath(): { workspaceId: string } {
  return { workspaceId: useSession().workspaceId ?? '' };
}

export function useMembers(cursor: string): UseQueryResult<{ items: Member[]; next: string | null }> {
  const path = useWorkspacePath();
  const query = { ...(cursor === '' ? {} : { cursor }), limit: PAGE_SIZE };
  return useRead([MEMBERS, 'list', cursor], async (api) =>
    body(await api.GET('/v1/workspaces/{workspaceId}/members', { params: { path, query } })),
  );
}

export function useInvitations(enabled: boolean): UseQueryResult<{ items: Invitation[] }> {
  const path = useWorkspacePath();
  return useRead(
    [MEMBERS, 'invitations'],
    async (api) => body(await api.GET('/v1/workspaces/{workspaceId}/invitations', { params: { path } })),
    { enabled },
  );
}

/** An API key acts as an admin does. */
export function useOwnRole(): Role {
  const { account, workspaceId } = useSession();
  const { data } = useRead(['workspaces'], async (api) => body(await api.GET('/v1/workspaces')), {
    enabled: account !== null,
  });
  return data?.items.find(({ id }) => id === workspaceId)?.role ?? 'admin';
}
