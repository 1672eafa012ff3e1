import { elementSchema, type Attention, type Element, type Point } from '@stead/contracts/studio';
import { movedElement, movedView, pointsOf } from './move-element';
import { withoutEqual, type Scene, type SceneEdit } from './scene';
import { diagonalOf, type Placement, type VersionAlignment } from './version-alignment';

/** Of the map's diagonal: what is off by more, somebody has to look at. */
const RESIDUAL_SHARE_MAX = 0.01;
/** Of the same: things stand a little outside of the outermost points too. */
const MARGIN_SHARE = 0.05;

export interface Moved {
  edit: SceneEdit;
  attention: ReadonlyMap<string, Attention>;
}

/**
 * A scene over another version of its map. Without an alignment everything stays where its figures say, and somebody has to look
 * at all of it.
 */
export function movedScene(
  scene: Pick<Scene, 'start' | 'version'>,
  elements: readonly Element[],
  alignment: VersionAlignment | null,
  to: { versionId: string; bounds: Placement['bounds'] },
): Moved {
  const changes = elements.map((before) => ({ before, after: alignment === null ? before : movedWithin(before, alignment) }));
  const start = scene.start === null || alignment === null ? scene.start : movedView(scene.start, alignment.transform);
  const attention = changes.flatMap(({ after }): [string, Attention][] => {
    const found = attentionTo(after, alignment, to.bounds);
    return found === null ? [] : [[after.id, found]];
  });
  return {
    edit: withoutEqual({
      elements: new Map(changes.map((change) => [change.before.id, change])),
      name: null,
      start: { before: scene.start, after: start },
      version: { before: scene.version.id, after: to.versionId },
    }),
    attention: new Map(attention),
  };
}

/** What would leave the room that coordinates have stays where it was: it is outside, whoever looks. */
function movedWithin(element: Element, { transform }: VersionAlignment): Element {
  const moved = elementSchema.safeParse(movedElement(element, transform));
  return moved.success ? moved.data : element;
}

function attentionTo(element: Element, alignment: VersionAlignment | null, bounds: Placement['bounds']): Attention | null {
  const points = pointsOf(element);
  if (points.length === 0) return null;
  if (alignment === null) return { why: 'unaligned', residual: null };
  const residual = Math.max(...points.map((point) => alignment.residualAt(point)));
  const diagonal = diagonalOf(bounds);
  if (!points.some((point) => isWithin(point, bounds, diagonal * MARGIN_SHARE))) return { why: 'outside', residual };
  return residual > diagonal * RESIDUAL_SHARE_MAX ? { why: 'residual', residual } : null;
}

function isWithin(point: Point, { min, max }: Placement['bounds'], margin: number): boolean {
  return point.every((value, axis) => value >= (min[axis] ?? 0) - margin && value <= (max[axis] ?? 0) + margin);
}
