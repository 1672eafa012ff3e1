import { requireWorkspace, type Actor, type WorkspaceActor } from '@stead/platform/auth';
import { requireMatch } from '@stead/platform/revision';
import type { AccountStore, Membership } from './account-ports';
import type { Workspace, WorkspaceStore } from './member-ports';
import type { CaptureStore, UnitOfWork } from './ports';
import { QUOTA_BYTES } from './sessions';
import { workspaceError } from '../domain/errors';

/** Each brings its own room for files, so nobody has any number of them. */
const WORKSPACES_MAX = 20;

export type WorkspaceWithUsage = Workspace & { usedBytes: number };

/** Workspaces themselves: another one, what one is called, and how full it is. */
export class Workspaces {
  constructor(
    private readonly work: UnitOfWork,
    private readonly workspaces: WorkspaceStore,
    private readonly captures: CaptureStore,
    private readonly accounts: AccountStore,
  ) {}

  /** The maker becomes its owner. The same id again answers the same workspace. */
  async create(accountId: string, id: string, name: string): Promise<Membership> {
    const outcome = await this.workspaces.create({ id, name, quotaBytes: QUOTA_BYTES }, accountId, WORKSPACES_MAX);
    if (outcome === 'too-many')
      throw workspaceError['too-many-workspaces'](`An account belongs to at most ${WORKSPACES_MAX} workspaces`);
    const made = (await this.accounts.memberships(accountId)).find((membership) => membership.workspaceId === id);
    if (made === undefined) throw workspaceError['workspace-not-found']();
    return made;
  }

  mine(accountId: string): Promise<Membership[]> {
    return this.accounts.memberships(accountId);
  }

  get({ workspaceId }: WorkspaceActor): Promise<WorkspaceWithUsage> {
    return this.work.tenant(workspaceId, async (tx) => {
      const workspace = await this.workspaces.find(tx, workspaceId);
      if (workspace === null) throw workspaceError['workspace-not-found']();
      return { ...workspace, usedBytes: (await this.captures.usage(tx, workspaceId)).bytes };
    });
  }

  rename({ workspaceId }: WorkspaceActor, name: string, ifMatch: string | null): Promise<WorkspaceWithUsage> {
    return this.work.tenant(workspaceId, async (tx) => {
      const workspace = await this.workspaces.lock(tx, workspaceId);
      if (workspace === null) throw workspaceError['workspace-not-found']();
      requireMatch(ifMatch, workspace.revision);
      const { bytes: usedBytes } = await this.captures.usage(tx, workspaceId);
      if (workspace.name === name) return { ...workspace, usedBytes };
      await this.workspaces.rename(tx, workspaceId, name);
      return { ...workspace, name, revision: workspace.revision + 1, usedBytes };
    });
  }
}

/** Credentials are for one workspace: any other is, for them, not there. Sign-ins switch, API keys belong to theirs. */
export function requireThis(actor: Actor, workspaceId: string): WorkspaceActor {
  const here = requireWorkspace(actor);
  if (here.workspaceId !== workspaceId.toLowerCase())
    throw workspaceError['workspace-not-found']('These credentials are not for this workspace; switch to it first');
  return here;
}
