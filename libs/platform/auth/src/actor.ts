import { z } from 'zod';
import { platformError } from '@stead/platform/errors';

/** Who asks, in which workspace, and what they may do. The first argument of every use case. */
export const actorSchema = z.object({
  kind: z.enum(['user', 'api-key', 'system', 'anonymous']),
  /** User id, key id, or the name of the service. */
  id: z.string().max(100),
  workspaceId: z.uuid().nullable(),
  /** `resource:action`, or `*` for every one (services only). */
  scopes: z.array(z.string()).max(200),
});
export type Actor = z.infer<typeof actorSchema>;
export type WorkspaceActor = Actor & { workspaceId: string };

export function requireWorkspace(actor: Actor): WorkspaceActor {
  if (actor.workspaceId === null) throw platformError['not-allowed']('These credentials are not bound to a workspace');
  return { ...actor, workspaceId: actor.workspaceId };
}

export function hasScope(actor: Actor, scope: string): boolean {
  return actor.scopes.includes('*') || actor.scopes.includes(scope);
}

/** A service acting for itself, on one workspace or on none. */
export function systemActor(service: string, workspaceId: string | null = null): Actor {
  return { kind: 'system', id: service, workspaceId, scopes: ['*'] };
}
