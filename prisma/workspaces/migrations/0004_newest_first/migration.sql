-- Lists begin with the newest; ids made from idempotency keys do not tell.
CREATE INDEX capture_newest ON workspaces.capture (workspace_id, created_at, id);
