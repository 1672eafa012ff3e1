import { randomUUID } from 'node:crypto';
import type { Derived, ElementOf } from '@stead/contracts/studio';
import type { WorkspaceActor } from '@stead/platform/auth';
import type { Tx } from '@stead/platform/postgres';
import { basisOf } from './basis';
import type { UnitOfWork } from './ports';
import type { ElementPage, ElementStore, MapFrames, RevisionStore, ScenePage, SceneStore, StoredElement } from './scene-ports';
import { DERIVED, derive, type Basis } from '../domain/derive';
import { draftTour } from '../domain/draft-tour';
import { studioError } from '../domain/errors';
import type { Revision, SceneRevision } from '../domain/revision';
import { composed, type Scene, type SceneEdit } from '../domain/scene';
import { diagonalOf } from '../domain/version-alignment';

/** Edits that a comparison goes through at most. */
export const COMPARED_MAX = 2_000;

export type ReadElement = StoredElement & { derived: Derived | null };

/** Scenes, their elements and their history, as their owner reads them. One row more than asked for says that there are more. */
export class ReadScene {
  constructor(
    private readonly work: UnitOfWork,
    private readonly scenes: SceneStore,
    private readonly revisionStore: RevisionStore,
    private readonly elementStore: ElementStore,
    private readonly frames: MapFrames,
  ) {}

  get(actor: WorkspaceActor, id: string): Promise<Scene> {
    return this.of(actor, id, (_tx, scene) => Promise.resolve(scene));
  }

  list({ workspaceId }: WorkspaceActor, page: ScenePage): Promise<Scene[]> {
    return this.work.tenant(workspaceId, (tx) => this.scenes.list(tx, workspaceId, { ...page, limit: page.limit + 1 }));
  }

  /** With the scene that they are of: its revision is the one of the list. */
  async elements(actor: WorkspaceActor, id: string, page: ElementPage): Promise<{ scene: Scene; elements: ReadElement[] }> {
    const { scene, elements, basis } = await this.of(actor, id, async (tx, scene) => {
      const elements = await this.elementStore.list(tx, scene, { ...page, limit: page.limit + 1 });
      return { scene, elements, basis: await this.neededFor(tx, scene, elements) };
    });
    // After the transaction: a store that does not answer must not hold a connection.
    const frame = basis.isNeeded ? await this.frames.of(scene.version) : null;
    return { scene, elements: elements.map((stored) => ({ ...stored, derived: derive(stored.element, frame, basis) })) };
  }

  revisions(actor: WorkspaceActor, id: string, page: { before: string | null; limit: number }): Promise<SceneRevision[]> {
    return this.of(actor, id, (tx, scene) => this.revisionStore.list(tx, scene, { ...page, limit: page.limit + 1 }));
  }

  revision(actor: WorkspaceActor, id: string, number: number): Promise<Revision> {
    return this.of(actor, id, async (tx, scene) => {
      const revision = await this.revisionStore.find(tx, scene, number);
      if (revision === null) throw noRevision(scene, number);
      return revision;
    });
  }

  /** A proposal, which whoever edits takes or leaves: nothing is saved. */
  async draftTour(actor: WorkspaceActor, id: string, stops: number): Promise<ElementOf<'tour'>> {
    const { version } = await this.get(actor, id);
    const placement = await this.frames.placementOf(version);
    if (placement === null) throw unreadable();
    const tour = draftTour(randomUUID(), placement.cameras, diagonalOf(placement.bounds), stops);
    if (tour === null) throw studioError['no-camera-path']('It was made of a point cloud; put the stops yourself');
    return tour;
  }

  /** What leads from one revision to a later one, or to the newest. */
  diff(actor: WorkspaceActor, id: string, from: number, to: number | null): Promise<{ to: number; edit: SceneEdit }> {
    return this.of(actor, id, async (tx, scene) => {
      const end = to ?? scene.revision;
      return { to: end, edit: await editBetween(tx, this.revisionStore, scene, from, end) };
    });
  }

  /** What is worked out of an element depends on others: the scale on the calibration, a way on its ends. */
  private async neededFor(tx: Tx, scene: Scene, elements: readonly StoredElement[]): Promise<Basis & { isNeeded: boolean }> {
    const derived = elements.map(({ element }) => element).filter(({ kind }) => kind in DERIVED);
    if (derived.length === 0) return { isNeeded: false, calibration: null, places: new Map() };
    const calibrationId = await this.elementStore.calibrationOf(tx, scene);
    const ends = derived.flatMap((element) => (element.kind === 'route-path' ? [element.fromId, element.toId] : []));
    const others = await this.elementStore.findAll(tx, scene, [
      ...new Set(ends),
      ...(calibrationId === null ? [] : [calibrationId]),
    ]);
    return { isNeeded: true, ...basisOf(others) };
  }

  private of<T>({ workspaceId }: WorkspaceActor, id: string, read: (tx: Tx, scene: Scene) => Promise<T>): Promise<T> {
    return this.work.tenant(workspaceId, async (tx) => {
      const scene = await this.scenes.find(tx, workspaceId, id);
      if (scene === null) throw studioError['scene-not-found']();
      return read(tx, scene);
    });
  }
}

/** Throws where one of the revisions is not there, or too many lie between them. */
export async function editBetween(tx: Tx, revisions: RevisionStore, scene: Scene, from: number, to: number): Promise<SceneEdit> {
  if (from > to) throw studioError['revision-not-found'](`Compare with a later revision than ${from}`);
  if (to > scene.revision) throw noRevision(scene, to);
  const edits = await revisions.editsBetween(tx, scene, from, to, COMPARED_MAX + 1);
  if (edits.length > COMPARED_MAX)
    throw studioError['too-many-revisions'](`More than ${COMPARED_MAX} edits lie between ${from} and ${to}; compare nearer ones`);
  return composed(edits);
}

export function unreadable(): Error {
  return studioError['map-version-unreadable']('What its bundle says cannot be read now; try again in a moment');
}

function noRevision(scene: Scene, number: number): Error {
  return studioError['revision-not-found'](`Revision ${number} is none of 1 to ${scene.revision}`);
}
