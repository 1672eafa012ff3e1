-- Accounts and sessions belong to people and not to a workspace; everything else does.
CREATE TABLE workspaces.account (
  id uuid PRIMARY KEY,
  email text NOT NULL,
  name text NOT NULL,
  password_hash text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX account_email ON workspaces.account (lower(email));

-- Each row is one refresh token; a family is one sign-in. `successor` is what the token was exchanged for, encrypted under itself.
CREATE TABLE workspaces.refresh_token (
  digest bytea PRIMARY KEY,
  family_id uuid NOT NULL,
  generation int NOT NULL,
  account_id uuid NOT NULL REFERENCES workspaces.account (id) ON DELETE CASCADE,
  selected_workspace uuid,
  issued_at timestamptz NOT NULL DEFAULT now(),
  used_at timestamptz,
  successor bytea,
  absolute_expiry timestamptz NOT NULL,
  revoked_at timestamptz
);
CREATE INDEX refresh_token_family ON workspaces.refresh_token (family_id);

CREATE TABLE workspaces.workspace (
  workspace_id uuid PRIMARY KEY,
  name text NOT NULL,
  quota_bytes bigint NOT NULL,
  revision int NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE workspaces.member (
  workspace_id uuid NOT NULL REFERENCES workspaces.workspace (workspace_id),
  account_id uuid NOT NULL REFERENCES workspaces.account (id),
  role text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (workspace_id, account_id)
);
CREATE INDEX member_account ON workspaces.member (account_id);

CREATE TABLE workspaces.api_key (
  workspace_id uuid NOT NULL REFERENCES workspaces.workspace (workspace_id),
  id uuid NOT NULL,
  name text NOT NULL,
  digest bytea NOT NULL UNIQUE,
  start text NOT NULL,
  scopes text[] NOT NULL,
  created_by text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz,
  revoked_at timestamptz,
  replaced_by uuid,
  last_used_at timestamptz,
  PRIMARY KEY (workspace_id, id)
);

CREATE TABLE workspaces.capture (
  workspace_id uuid NOT NULL REFERENCES workspaces.workspace (workspace_id),
  id uuid NOT NULL,
  name text NOT NULL,
  kind text NOT NULL,
  state text NOT NULL,
  revision int NOT NULL,
  allow_partial boolean NOT NULL DEFAULT false,
  problems jsonb NOT NULL DEFAULT '[]',
  summary jsonb,
  created_at timestamptz NOT NULL DEFAULT now(),
  changed_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (workspace_id, id)
);
CREATE INDEX capture_stalled ON workspaces.capture (changed_at) WHERE state = 'probing';

CREATE TABLE workspaces.capture_file (
  workspace_id uuid NOT NULL,
  capture_id uuid NOT NULL,
  id uuid NOT NULL,
  position int NOT NULL,
  name text NOT NULL,
  bytes bigint NOT NULL,
  sha256 text NOT NULL,
  media_type text NOT NULL,
  state text NOT NULL,
  upload_id text,
  problems jsonb NOT NULL DEFAULT '[]',
  probe jsonb,
  PRIMARY KEY (workspace_id, id),
  UNIQUE (workspace_id, capture_id, position),
  FOREIGN KEY (workspace_id, capture_id) REFERENCES workspaces.capture (workspace_id, id)
);
CREATE INDEX capture_file_content ON workspaces.capture_file (workspace_id, sha256);

CALL platform.protect_tenant_table('workspaces.workspace', 'workspaces');
CALL platform.protect_tenant_table('workspaces.member', 'workspaces');
CALL platform.protect_tenant_table('workspaces.api_key', 'workspaces');
CALL platform.protect_tenant_table('workspaces.capture', 'workspaces');
CALL platform.protect_tenant_table('workspaces.capture_file', 'workspaces');
CALL platform.install_messaging('workspaces');
