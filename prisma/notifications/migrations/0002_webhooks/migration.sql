-- Where a workspace wants to be told of what happens.
CREATE TABLE notifications.webhook (
  workspace_id uuid NOT NULL,
  id uuid NOT NULL,
  url text NOT NULL,
  event_types text[] NOT NULL,
  description text NOT NULL,
  enabled boolean NOT NULL,
  disabled_reason text,
  failing_since timestamptz,
  last_failed_at timestamptz,
  revision int NOT NULL,
  created_at timestamptz NOT NULL,
  changed_at timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, id),
  -- A request that was repeated because its answer was lost must not make every event come twice.
  CONSTRAINT webhook_url UNIQUE (workspace_id, url)
);

-- Sealed, because they have to sign; several while one replaces another.
CREATE TABLE notifications.webhook_secret (
  workspace_id uuid NOT NULL,
  id uuid NOT NULL,
  webhook_id uuid NOT NULL,
  sealed bytea NOT NULL,
  created_at timestamptz NOT NULL,
  expires_at timestamptz,
  PRIMARY KEY (workspace_id, id),
  FOREIGN KEY (workspace_id, webhook_id) REFERENCES notifications.webhook (workspace_id, id) ON DELETE CASCADE
);
CREATE INDEX webhook_secret_of_webhook ON notifications.webhook_secret (workspace_id, webhook_id);

-- One event for one webhook.
CREATE TABLE notifications.webhook_delivery (
  workspace_id uuid NOT NULL,
  id uuid NOT NULL,
  webhook_id uuid NOT NULL,
  event_id uuid NOT NULL,
  event_type text NOT NULL,
  body text NOT NULL,
  state text NOT NULL,
  -- Tries since it was made or replayed; the schedule of retries goes by it.
  tries int NOT NULL,
  -- Tries ever.
  tries_total int NOT NULL,
  due_at timestamptz NOT NULL,
  lease_until timestamptz,
  finished_at timestamptz,
  revision int NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, id),
  FOREIGN KEY (workspace_id, webhook_id) REFERENCES notifications.webhook (workspace_id, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX webhook_delivery_of_event ON notifications.webhook_delivery (workspace_id, webhook_id, event_id);
-- At most one at once goes to a webhook, whatever its senders do.
CREATE UNIQUE INDEX webhook_delivery_one_at_once ON notifications.webhook_delivery (workspace_id, webhook_id) WHERE state = 'sending';
CREATE INDEX webhook_delivery_due ON notifications.webhook_delivery (workspace_id, webhook_id, due_at) WHERE state = 'waiting';
CREATE INDEX webhook_delivery_leased ON notifications.webhook_delivery (lease_until) WHERE state = 'sending';
CREATE INDEX webhook_delivery_log ON notifications.webhook_delivery (workspace_id, webhook_id, created_at, id);
CREATE INDEX webhook_delivery_by_end ON notifications.webhook_delivery (finished_at) WHERE finished_at IS NOT NULL;

CREATE TABLE notifications.webhook_try (
  workspace_id uuid NOT NULL,
  delivery_id uuid NOT NULL,
  number int NOT NULL,
  at timestamptz NOT NULL,
  -- Null until it is known; for ever where its sender died.
  outcome text,
  status int,
  ms int,
  detail text,
  answer text,
  PRIMARY KEY (workspace_id, delivery_id, number),
  FOREIGN KEY (workspace_id, delivery_id) REFERENCES notifications.webhook_delivery (workspace_id, id) ON DELETE CASCADE
);

-- What was last told of each publication: `changed` alone does not say whether it was published or altered.
CREATE TABLE notifications.publication_told (
  workspace_id uuid NOT NULL,
  publication_id uuid NOT NULL,
  revision int NOT NULL,
  state text NOT NULL,
  PRIMARY KEY (workspace_id, publication_id)
);

CALL platform.protect_tenant_table('notifications.webhook', 'notifications');
CALL platform.protect_tenant_table('notifications.webhook_secret', 'notifications');
CALL platform.protect_tenant_table('notifications.webhook_delivery', 'notifications');
CALL platform.protect_tenant_table('notifications.webhook_try', 'notifications');
CALL platform.protect_tenant_table('notifications.publication_told', 'notifications');
