-- When the bytes of a deleted capture were removed from the object store.
ALTER TABLE workspaces.capture ADD COLUMN purged_at timestamptz;

-- What the sweeps look for.
CREATE INDEX capture_abandoned ON workspaces.capture (changed_at) WHERE state = 'uploading';
CREATE INDEX capture_unpurged ON workspaces.capture (changed_at) WHERE state = 'deleted' AND purged_at IS NULL;
CREATE INDEX refresh_token_expiry ON workspaces.refresh_token (absolute_expiry);
CREATE INDEX invitation_expiry ON workspaces.invitation (expires_at);
