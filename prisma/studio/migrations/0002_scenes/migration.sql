-- Scenes: what a provider hangs up in a map, and every state that it has had.
CREATE TABLE studio.scene (
  workspace_id uuid NOT NULL,
  id uuid NOT NULL,
  request_id uuid NOT NULL,
  space_map_id uuid NOT NULL,
  version_id uuid NOT NULL,
  name text NOT NULL,
  start jsonb,
  revision int NOT NULL,
  elements int NOT NULL,
  created_at timestamptz NOT NULL,
  changed_at timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, id),
  FOREIGN KEY (workspace_id, version_id) REFERENCES studio.map_version (workspace_id, id)
);
CREATE UNIQUE INDEX scene_workspace_id_request_id_key ON studio.scene (workspace_id, request_id);
CREATE INDEX scene_of_map ON studio.scene (workspace_id, space_map_id);

CREATE TABLE studio.scene_element (
  workspace_id uuid NOT NULL,
  scene_id uuid NOT NULL,
  id uuid NOT NULL,
  kind text NOT NULL,
  body jsonb NOT NULL,
  -- Other elements that it speaks of.
  speaks_of uuid[],
  revision int NOT NULL,
  PRIMARY KEY (workspace_id, scene_id, id),
  FOREIGN KEY (workspace_id, scene_id) REFERENCES studio.scene (workspace_id, id) ON DELETE CASCADE
);

-- Rows are never changed but for `undone_by`.
CREATE TABLE studio.scene_revision (
  workspace_id uuid NOT NULL,
  scene_id uuid NOT NULL,
  number int NOT NULL,
  change_id uuid NOT NULL,
  at timestamptz NOT NULL,
  by text NOT NULL,
  cause text NOT NULL,
  of int,
  undone_by int,
  put int NOT NULL,
  removed int NOT NULL,
  edit jsonb NOT NULL,
  PRIMARY KEY (workspace_id, scene_id, number),
  FOREIGN KEY (workspace_id, scene_id) REFERENCES studio.scene (workspace_id, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX scene_revision_workspace_id_scene_id_change_id_key ON studio.scene_revision (workspace_id, scene_id, change_id);

CALL platform.protect_tenant_table('studio.scene', 'studio');
CALL platform.protect_tenant_table('studio.scene_element', 'studio');
CALL platform.protect_tenant_table('studio.scene_revision', 'studio');
