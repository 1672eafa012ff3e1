import { elementSchema, viewSchema, type Element } from '@stead/contracts/studio';
import { z } from 'zod';
import { VERSION_COLUMNS, fromVersionRow, type VersionRow } from './publication.mapping';
import { sizeOf, type Revision, type SceneRevision } from '../../domain/revision';
import type { Scene, SceneEdit } from '../../domain/scene';

export interface SceneRow extends VersionRow {
  id: string;
  workspace_id: string;
  request_id: string;
  space_map_id: string;
  name: string;
  start: unknown;
  revision: number;
  elements: number;
  attention: number;
  created_at: Date;
  changed_at: Date;
}

export const SCENE_COLUMNS = `s.id, s.workspace_id, s.request_id, s.space_map_id, s.name, s.start, s.revision, s.elements, s.created_at, s.changed_at,
  (SELECT count(*)::int FROM studio.scene_element a
     WHERE a.workspace_id = s.workspace_id AND a.scene_id = s.id AND a.attention IS NOT NULL) AS attention, ${VERSION_COLUMNS}`;

export function fromSceneRow(row: SceneRow): Scene {
  return {
    id: row.id,
    workspaceId: row.workspace_id,
    requestId: row.request_id,
    spaceMapId: row.space_map_id,
    version: fromVersionRow(row),
    name: row.name,
    start: viewSchema.nullable().parse(row.start),
    revision: row.revision,
    elements: row.elements,
    attention: row.attention,
    createdAt: row.created_at,
    changedAt: row.changed_at,
  };
}

const replaced = <T extends z.ZodType>(value: T) => z.object({ before: value, after: value });
const storedEditSchema = z.object({
  elements: z.array(replaced(elementSchema.nullable()).extend({ id: z.uuid() })),
  name: replaced(z.string()).nullable(),
  start: replaced(viewSchema.nullable()).nullable(),
  version: replaced(z.uuid()).nullable().default(null),
});

export function toEditJson(edit: SceneEdit): string {
  return JSON.stringify({ ...edit, elements: [...edit.elements].map(([id, change]) => ({ id, ...change })) });
}

export function fromEditJson(json: unknown): SceneEdit {
  const { elements, ...rest } = storedEditSchema.parse(json);
  return { ...rest, elements: new Map(elements.map(({ id, before, after }) => [id, { before, after }])) };
}

export interface RevisionRow {
  number: number;
  change_id: string;
  at: Date;
  by: string;
  cause: string;
  of: number | null;
  undone_by: number | null;
  put: number;
  removed: number;
}

export const REVISION_COLUMNS = 'r.number, r.change_id, r.at, r.by, r.cause, r.of, r.undone_by, r.put, r.removed';
const causeSchema = z.enum(['create', 'edit', 'undo', 'restore', 'move']);

export function fromRevisionRow({ change_id: changeId, cause, undone_by: undoneBy, ...row }: RevisionRow): SceneRevision {
  return { ...row, changeId, cause: causeSchema.parse(cause), undoneBy };
}

/** In the order of the columns of `scene_revision` after the ids of its scene. */
export function toRevisionValues({ number, changeId, at, by, cause, of, undoneBy, edit }: Revision): unknown[] {
  const { put, removed } = sizeOf(edit);
  return [number, changeId, at, by, cause, of, undoneBy, put, removed, toEditJson(edit)];
}

export function fromElementBody(body: unknown): Element {
  return elementSchema.parse(body);
}
