-- The library: pictures, videos, sounds and models that elements show.
CREATE TABLE studio.media (
  workspace_id uuid NOT NULL,
  id uuid NOT NULL,
  request_id uuid NOT NULL,
  name text NOT NULL,
  state text NOT NULL,
  kind text,
  media_type text,
  extension text,
  bytes bigint NOT NULL,
  sha256 text NOT NULL,
  width_px int,
  height_px int,
  duration_s double precision,
  problem jsonb,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, id)
);
CREATE UNIQUE INDEX media_workspace_id_request_id_key ON studio.media (workspace_id, request_id);
CALL platform.protect_tenant_table('studio.media', 'studio');

-- Files of the library that an element names: what deletes one looks here.
ALTER TABLE studio.scene_element ADD COLUMN shows uuid[];
CREATE INDEX scene_element_shows ON studio.scene_element USING gin (shows);
