-- Lists are filtered by the state of the newest version; without a copy of it each map of a workspace would have to be looked at.
ALTER TABLE space_maps.space_map ADD COLUMN latest_state text NOT NULL DEFAULT 'requested';
UPDATE space_maps.space_map m SET latest_state = v.state
FROM space_maps.map_version v
WHERE v.workspace_id = m.workspace_id AND v.space_map_id = m.id
  AND v.number = (SELECT max(n.number) FROM space_maps.map_version n
    WHERE n.workspace_id = m.workspace_id AND n.space_map_id = m.id);
CREATE INDEX space_map_newest_in_state ON space_maps.space_map (workspace_id, latest_state, created_at, id);
