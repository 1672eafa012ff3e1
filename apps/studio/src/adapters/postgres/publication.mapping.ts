import { previewVolumeSchema, publicationStateSchema, visibilitySchema } from '@stead/contracts/studio';
import { z } from 'zod';
import type { Access, Edition, KnownMapVersion, Publication } from '../../domain/publication';

export interface VersionRow {
  version_id: string;
  version_space_map_id: string;
  version_number: number;
  version_name: string;
  bundle_prefix: string;
  manifest_sha256: string;
}

export interface EditionRow extends VersionRow {
  edition_id: string;
  scene_id: string | null;
  scene_revision: number | null;
  elements: number | null;
  contents_key: string | null;
  contents_sha256: string | null;
  contents_bytes: number | null;
}

export interface PublicationRow extends EditionRow {
  id: string;
  workspace_id: string;
  sort_id: string;
  request_id: string;
  space_map_id: string;
  title: string;
  visibility: string;
  password_hash: string | null;
  embed_sites: string[] | null;
  embed_anywhere: boolean;
  preview: unknown;
  photos: boolean;
  state: string;
  earlier: unknown;
  revision: number;
  created_at: Date;
  changed_at: Date;
}

export const VERSION_COLUMNS = `v.id AS version_id, v.space_map_id AS version_space_map_id, v.number AS version_number, v.name AS version_name,
  v.bundle_prefix, v.manifest_sha256`;
export const EDITION_COLUMNS = `e.id AS edition_id, e.scene_id, e.scene_revision, e.elements, e.contents_key, e.contents_sha256, e.contents_bytes,
  ${VERSION_COLUMNS}`;
/** `earlier` with what is told of each: few rows, by their key. */
export const PUBLICATION_COLUMNS = `p.id, p.workspace_id, p.sort_id, p.request_id, p.space_map_id, p.title, p.visibility, p.password_hash, p.embed_sites, p.embed_anywhere, p.preview, p.photos, p.state,
  (SELECT coalesce(jsonb_agg(jsonb_build_object('id', x.id, 'versionId', x.version_id, 'sceneRevision', x.scene_revision) ORDER BY t.place), '[]')
     FROM unnest(p.earlier) WITH ORDINALITY AS t (id, place)
     JOIN studio.edition x ON x.workspace_id = p.workspace_id AND x.id = t.id) AS earlier,
  p.revision, p.created_at, p.changed_at, ${EDITION_COLUMNS}`;
const earlierSchema = z.array(z.object({ id: z.uuid(), versionId: z.uuid(), sceneRevision: z.number().int().nullable() }));

export function fromVersionRow(row: VersionRow): KnownMapVersion {
  return {
    id: row.version_id,
    spaceMapId: row.version_space_map_id,
    number: row.version_number,
    name: row.version_name,
    bundlePrefix: row.bundle_prefix,
    manifestSha256: row.manifest_sha256,
  };
}

export function fromEditionRow(row: EditionRow): Edition {
  const { edition_id: id, scene_id: sceneId, scene_revision: revision, elements } = row;
  const { contents_key: key, contents_sha256: sha256, contents_bytes: bytes } = row;
  if (sceneId === null || revision === null || elements === null || key === null || sha256 === null || bytes === null)
    return { id, version: fromVersionRow(row), scene: null };
  return { id, version: fromVersionRow(row), scene: { id: sceneId, revision, elements, contents: { key, sha256, bytes } } };
}

export function fromPublicationRow(row: PublicationRow): Publication {
  return {
    id: row.id,
    workspaceId: row.workspace_id,
    sortId: row.sort_id,
    requestId: row.request_id,
    spaceMapId: row.space_map_id,
    title: row.title,
    visibility: visibilitySchema.parse(row.visibility),
    passwordHash: row.password_hash,
    embedSites: row.embed_anywhere ? null : (row.embed_sites ?? []),
    preview: previewVolumeSchema.nullable().parse(row.preview),
    photos: row.photos,
    state: publicationStateSchema.parse(row.state),
    edition: fromEditionRow(row),
    earlier: earlierSchema.parse(row.earlier),
    revision: row.revision,
    createdAt: row.created_at,
    changedAt: row.changed_at,
  };
}

/** In the order of `insert`'s columns. */
export function toPublicationValues(publication: Publication): unknown[] {
  const { workspaceId, id, sortId, requestId, spaceMapId, title, state, edition, earlier, revision } = publication;
  return [
    ...[workspaceId, id, sortId, requestId, spaceMapId, title, state, edition.id],
    ...[earlier.map(({ id: earlierId }) => earlierId), revision, publication.createdAt, publication.changedAt],
    ...toAccessValues(publication),
  ];
}

/** visibility, password_hash, embed_sites, embed_anywhere, preview, photos */
export function toAccessValues({ visibility, passwordHash, embedSites, preview, photos }: Access): unknown[] {
  const sites = [embedSites ?? [], embedSites === null];
  return [visibility, passwordHash, ...sites, preview === null ? null : JSON.stringify(preview), photos];
}
