-- Space maps and their versions, and a copy of what is known of captures. Every table belongs to a workspace.
CREATE TABLE space_maps.capture (
  workspace_id uuid NOT NULL,
  id uuid NOT NULL,
  revision int NOT NULL,
  name text NOT NULL,
  kind text NOT NULL,
  files int NOT NULL,
  bytes bigint NOT NULL,
  megapixels double precision,
  points bigint,
  deleted_at timestamptz,
  PRIMARY KEY (workspace_id, id)
);

CREATE TABLE space_maps.space_map (
  workspace_id uuid NOT NULL,
  id uuid NOT NULL,
  name text NOT NULL,
  live_version_id uuid,
  revision int NOT NULL,
  created_at timestamptz NOT NULL,
  deleted_at timestamptz,
  PRIMARY KEY (workspace_id, id)
);

CREATE TABLE space_maps.map_version (
  workspace_id uuid NOT NULL,
  id uuid NOT NULL,
  space_map_id uuid NOT NULL,
  number int NOT NULL,
  capture_id uuid NOT NULL,
  run_id uuid NOT NULL,
  preset text NOT NULL,
  options jsonb NOT NULL,
  state text NOT NULL,
  revision int NOT NULL,
  run_revision int NOT NULL,
  cluster text,
  why text,
  result jsonb,
  failure jsonb,
  created_at timestamptz NOT NULL,
  finished_at timestamptz,
  PRIMARY KEY (workspace_id, id),
  FOREIGN KEY (workspace_id, space_map_id) REFERENCES space_maps.space_map (workspace_id, id),
  UNIQUE (workspace_id, space_map_id, number),
  UNIQUE (workspace_id, run_id)
);

ALTER TABLE space_maps.space_map
  ADD FOREIGN KEY (workspace_id, live_version_id) REFERENCES space_maps.map_version (workspace_id, id);

CALL platform.protect_tenant_table('space_maps.capture', 'space_maps');
CALL platform.protect_tenant_table('space_maps.space_map', 'space_maps');
CALL platform.protect_tenant_table('space_maps.map_version', 'space_maps');
CALL platform.install_messaging('space_maps');
