-- The feed of each workspace: what its members and their programs are told.
CREATE TABLE notifications.feed (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  workspace_id uuid NOT NULL,
  type text NOT NULL,
  data jsonb NOT NULL,
  at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX feed_of_workspace ON notifications.feed (workspace_id, id);
CREATE INDEX feed_by_age ON notifications.feed (at);

CALL platform.protect_tenant_table('notifications.feed', 'notifications');
CALL platform.install_messaging('notifications');
