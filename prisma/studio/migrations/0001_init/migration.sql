-- Publications, and a copy of the map versions that can be published. Every table belongs to a workspace.
CREATE TABLE studio.map_version (
  workspace_id uuid NOT NULL,
  id uuid NOT NULL,
  space_map_id uuid NOT NULL,
  number int NOT NULL,
  name text NOT NULL,
  bundle_prefix text NOT NULL,
  manifest_sha256 text NOT NULL,
  deleted_at timestamptz,
  PRIMARY KEY (workspace_id, id)
);
CREATE INDEX map_version_of_map ON studio.map_version (workspace_id, space_map_id, number);

CREATE TABLE studio.publication (
  workspace_id uuid NOT NULL,
  id uuid NOT NULL,
  sort_id uuid NOT NULL,
  request_id uuid NOT NULL,
  space_map_id uuid NOT NULL,
  title text NOT NULL,
  visibility text NOT NULL,
  state text NOT NULL,
  version_id uuid NOT NULL,
  earlier uuid[],
  revision int NOT NULL,
  created_at timestamptz NOT NULL,
  changed_at timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, id),
  FOREIGN KEY (workspace_id, version_id) REFERENCES studio.map_version (workspace_id, id)
);
CREATE UNIQUE INDEX publication_workspace_id_request_id_key ON studio.publication (workspace_id, request_id);
CREATE UNIQUE INDEX publication_workspace_id_sort_id_key ON studio.publication (workspace_id, sort_id);
CREATE INDEX publication_of_map ON studio.publication (workspace_id, space_map_id);

CALL platform.protect_tenant_table('studio.map_version', 'studio');
CALL platform.protect_tenant_table('studio.publication', 'studio');
CALL platform.install_messaging('studio');
