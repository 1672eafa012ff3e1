-- What lets somebody join a workspace: the token is shown once, its hash is kept.
CREATE TABLE workspaces.invitation (
  workspace_id uuid NOT NULL REFERENCES workspaces.workspace (workspace_id),
  id uuid NOT NULL,
  email text NOT NULL,
  role text NOT NULL,
  digest bytea NOT NULL,
  invited_by text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL,
  accepted_at timestamptz,
  revoked_at timestamptz,
  PRIMARY KEY (workspace_id, id)
);
CREATE UNIQUE INDEX invitation_digest_key ON workspaces.invitation (digest);
-- One address has one open invitation to a workspace.
CREATE UNIQUE INDEX invitation_open ON workspaces.invitation (workspace_id, lower(email))
  WHERE accepted_at IS NULL AND revoked_at IS NULL;

CALL platform.protect_tenant_table('workspaces.invitation', 'workspaces');
