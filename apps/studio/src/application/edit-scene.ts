import { randomUUID } from 'node:crypto';
import type { ChangeSceneBody } from '@stead/contracts/studio';
import type { WorkspaceActor } from '@stead/platform/auth';
import type { Tx } from '@stead/platform/postgres';
import { requireMatch } from '@stead/platform/revision';
import { cleanTexts } from './clean-texts';
import type { UnitOfWork } from './ports';
import { editBetween } from './read-scene';
import type { SceneEdits } from './scene-edits';
import type { ElementStore, RevisionStore, RichText, SceneStore } from './scene-ports';
import { studioError } from '../domain/errors';
import { conflictsOf, editOf, inverted, type Scene, type SceneState } from '../domain/scene';

const NAMED_MAX = 5;

/** What editors do to a scene. Each edit is one revision: it is kept with what was before, and can be undone. */
export class EditScene {
  constructor(
    private readonly work: UnitOfWork,
    private readonly scenes: SceneStore,
    private readonly revisions: RevisionStore,
    private readonly elements: ElementStore,
    private readonly edits: SceneEdits,
    private readonly richText: RichText,
  ) {}

  change(actor: WorkspaceActor, id: string, body: ChangeSceneBody, ifMatch: string | null): Promise<Scene> {
    const changes = cleanTexts(body.changes, this.richText);
    const ids = changes.flatMap((change) => {
      if (change.op === 'put') return [change.element.id];
      return change.op === 'remove' ? [change.elementId] : [];
    });
    return this.edits.locked(actor, id, async (tx, scene) => {
      // Before the tag is compared: whoever repeats a change that was saved has an older one.
      if ((await this.revisions.ofChange(tx, scene, body.changeId)) !== null) return scene;
      requireMatch(ifMatch, scene.revision);
      const edit = editOf(await this.stateOf(tx, scene, ids), changes);
      return this.edits.keep(tx, actor, scene, edit, { cause: 'edit', of: null, changeId: body.changeId });
    });
  }

  /** Takes back one revision, whatever came after it, as long as what it changed is as it left it. */
  undo(actor: WorkspaceActor, id: string, number: number | null, ifMatch: string | null): Promise<Scene> {
    return this.edits.locked(actor, id, async (tx, scene) => {
      requireMatch(ifMatch, scene.revision);
      const of = number ?? (await this.revisions.newestToUndo(tx, scene));
      if (of === null) throw studioError['nothing-to-undo']('Every edit of the scene has been undone');
      const undone = await this.revisions.find(tx, scene, of);
      if (undone === null) throw studioError['revision-not-found'](`Revision ${of} is none of 1 to ${scene.revision}`);
      if (undone.cause === 'create' || undone.undoneBy !== null)
        throw studioError['nothing-to-undo'](
          undone.cause === 'create'
            ? 'The first revision is the empty scene'
            : `Revision ${String(undone.undoneBy)} has undone it`,
        );
      const edit = inverted(undone.edit);
      const state = await this.stateOf(tx, scene, [...edit.elements.keys()]);
      const conflicts = conflictsOf(state, edit);
      if (conflicts.length > 0)
        throw studioError['undo-conflict'](
          `Changed since revision ${of}: ${conflicts.slice(0, NAMED_MAX).join(', ')}. Undo what came later first, or restore a revision`,
        );
      const next = await this.edits.keep(tx, actor, scene, edit, { cause: 'undo', of, changeId: randomUUID() });
      if (next.revision > scene.revision) await this.revisions.markUndone(tx, scene, of, next.revision);
      return next;
    });
  }

  /** Makes the scene what it was at a revision, as one more revision. */
  restore(actor: WorkspaceActor, id: string, number: number, ifMatch: string | null): Promise<Scene> {
    return this.edits.locked(actor, id, async (tx, scene) => {
      requireMatch(ifMatch, scene.revision);
      const edit = inverted(await editBetween(tx, this.revisions, scene, number, scene.revision));
      return this.edits.keep(tx, actor, scene, edit, { cause: 'restore', of: number, changeId: randomUUID() });
    });
  }

  /** Somebody has looked at it since the scene was moved, and it is right. Not an edit: nothing that visitors see has changed. */
  async settle(actor: WorkspaceActor, id: string, elementId: string): Promise<void> {
    const settled = await this.edits.locked(actor, id, (tx, scene) => this.elements.settle(tx, scene, elementId));
    if (!settled) throw studioError['element-not-found']();
  }

  async delete({ workspaceId }: WorkspaceActor, id: string): Promise<void> {
    const deleted = await this.work.tenant(workspaceId, (tx) => this.scenes.delete(tx, workspaceId, id));
    if (!deleted) throw studioError['scene-not-found']();
  }

  private async stateOf(tx: Tx, scene: Scene, ids: readonly string[]): Promise<SceneState> {
    const found = await this.elements.findAll(tx, scene, [...new Set(ids)]);
    return { name: scene.name, start: scene.start, elements: new Map(found.map((element) => [element.id, element])) };
  }
}
