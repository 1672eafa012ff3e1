import type { SceneEdit } from './scene';

export type RevisionCause = 'create' | 'edit' | 'undo' | 'restore' | 'move';

/** A line of a scene's history. */
export interface SceneRevision {
  number: number;
  changeId: string;
  at: Date;
  by: string;
  cause: RevisionCause;
  /** The revision that this one undid, or restored. */
  of: number | null;
  undoneBy: number | null;
  /** Elements that it put or replaced, and removed. */
  put: number;
  removed: number;
}

/** The same with what it changed. */
export type Revision = Omit<SceneRevision, 'put' | 'removed'> & { edit: SceneEdit };

export function sizeOf({ elements }: SceneEdit): { put: number; removed: number } {
  const put = [...elements.values()].filter(({ after }) => after !== null).length;
  return { put, removed: elements.size - put };
}
