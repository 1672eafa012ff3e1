-- Lists begin with the newest; ids made from idempotency keys do not tell.
CREATE INDEX space_map_newest ON space_maps.space_map (workspace_id, created_at, id);
