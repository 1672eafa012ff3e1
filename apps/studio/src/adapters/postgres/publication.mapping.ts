import { publicationStateSchema, visibilitySchema } from '@stead/contracts/studio';
import type { KnownMapVersion, Publication } from '../../domain/publication';

export interface VersionRow {
  version_id: string;
  version_space_map_id: string;
  version_number: number;
  version_name: string;
  bundle_prefix: string;
  manifest_sha256: string;
}

export interface PublicationRow extends VersionRow {
  id: string;
  workspace_id: string;
  sort_id: string;
  request_id: string;
  space_map_id: string;
  title: string;
  visibility: string;
  state: string;
  earlier: string[];
  revision: number;
  created_at: Date;
  changed_at: Date;
}

export const VERSION_COLUMNS = `v.id AS version_id, v.space_map_id AS version_space_map_id, v.number AS version_number, v.name AS version_name,
  v.bundle_prefix, v.manifest_sha256`;
export const PUBLICATION_COLUMNS = `p.id, p.workspace_id, p.sort_id, p.request_id, p.space_map_id, p.title, p.visibility, p.state, p.earlier,
  p.revision, p.created_at, p.changed_at, ${VERSION_COLUMNS}`;

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

export function fromPublicationRow(row: PublicationRow): Publication {
  return {
    id: row.id,
    workspaceId: row.workspace_id,
    sortId: row.sort_id,
    requestId: row.request_id,
    spaceMapId: row.space_map_id,
    title: row.title,
    visibility: visibilitySchema.parse(row.visibility),
    state: publicationStateSchema.parse(row.state),
    version: fromVersionRow(row),
    earlier: row.earlier,
    revision: row.revision,
    createdAt: row.created_at,
    changedAt: row.changed_at,
  };
}

/** In the order of `insert`'s columns. */
export function toPublicationValues(publication: Publication): unknown[] {
  const { workspaceId, id, sortId, requestId, spaceMapId, title, visibility, state, version, earlier, revision } = publication;
  return [
    ...[workspaceId, id, sortId, requestId, spaceMapId, title, visibility, state, version.id],
    ...[[...earlier], revision, publication.createdAt, publication.changedAt],
  ];
}
