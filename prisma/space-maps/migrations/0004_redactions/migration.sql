-- Versions that differ from another one in what is covered alone, and captures whose files are gone.
-- `redaction_of` is what was asked for, also where there is no such version: then the row tells of a failure.
ALTER TABLE space_maps.map_version ADD COLUMN redaction_of uuid;
CREATE INDEX map_version_redaction ON space_maps.map_version (workspace_id, redaction_of);
CREATE INDEX map_version_capture ON space_maps.map_version (workspace_id, capture_id);

ALTER TABLE space_maps.capture ADD COLUMN erased_at timestamptz;
