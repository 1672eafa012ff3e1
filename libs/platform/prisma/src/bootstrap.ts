/**
 * What every context's migrations may take for granted. Idempotent; applied before any migration, under the migration lock.
 *
 * - `platform.current_workspace` is the workspace that the transaction has named, null when it has named none.
 * - `platform.protect_tenant_table` turns row-level security on, for the owner too, and gives the context's two roles their
 *   policies: `api` sees the workspace that the transaction has named, `worker` sees all.
 * - `platform.install_messaging` makes the tables that the outbox, the effects and idempotency keys need. It is called again on
 *   every deployment, so a column that a later version adds here reaches the contexts that exist.
 * - `platform.lease` holds the leases of `libs/platform/postgres`.
 */
export const BOOTSTRAP_SQL = `
CREATE SCHEMA IF NOT EXISTS platform;
GRANT USAGE ON SCHEMA platform TO PUBLIC;

CREATE OR REPLACE FUNCTION platform.current_workspace() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT nullif(current_setting('app.workspace', true), '')::uuid $$;

CREATE OR REPLACE PROCEDURE platform.protect_tenant_table(target regclass, context text) LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', target);
  EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', target);
  IF NOT EXISTS (SELECT 1 FROM pg_policy WHERE polrelid = target AND polname = 'tenant') THEN
    EXECUTE format('CREATE POLICY tenant ON %s TO %I USING (workspace_id = (SELECT platform.current_workspace()))
      WITH CHECK (workspace_id = (SELECT platform.current_workspace()))', target, 'stead_' || context || '_api');
  END IF;
  IF NOT EXISTS (SELECT 1 FROM pg_policy WHERE polrelid = target AND polname = 'worker') THEN
    EXECUTE format('CREATE POLICY worker ON %s TO %I USING (true) WITH CHECK (true)', target, 'stead_' || context || '_worker');
  END IF;
END $$;

CREATE OR REPLACE PROCEDURE platform.install_messaging(context text) LANGUAGE plpgsql AS $$
BEGIN
  IF to_regclass(format('%I.outbox', context)) IS NULL THEN
    EXECUTE format('CREATE TABLE %I.outbox (
      seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      id uuid NOT NULL UNIQUE,
      workspace_id uuid NOT NULL,
      message text NOT NULL,
      payload jsonb NOT NULL,
      request_id text NOT NULL,
      pending text[] NOT NULL,
      attempts int NOT NULL DEFAULT 0,
      created_at timestamptz NOT NULL DEFAULT now(),
      next_send_at timestamptz NOT NULL DEFAULT now(),
      published_at timestamptz,
      done_at timestamptz,
      dead_reason text)', context);
    EXECUTE format('CREATE INDEX outbox_due ON %I.outbox (next_send_at) WHERE done_at IS NULL', context);
    CALL platform.protect_tenant_table(format('%I.outbox', context)::regclass, context);
  END IF;
  IF to_regclass(format('%I.effect', context)) IS NULL THEN
    EXECUTE format('CREATE TABLE %I.effect (message_id uuid NOT NULL, step text NOT NULL, at timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (message_id, step))', context);
  END IF;
  IF to_regclass(format('%I.idempotency', context)) IS NULL THEN
    EXECUTE format('CREATE TABLE %I.idempotency (workspace_id uuid NOT NULL, route text NOT NULL, key text NOT NULL,
      request_hash text NOT NULL, locked_until timestamptz NOT NULL, status int, body text,
      created_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (workspace_id, route, key))', context);
    EXECUTE format('CREATE INDEX idempotency_by_age ON %I.idempotency (created_at)', context);
    CALL platform.protect_tenant_table(format('%I.idempotency', context)::regclass, context);
  END IF;
END $$;

CREATE TABLE IF NOT EXISTS platform.lease (
  name text PRIMARY KEY,
  holder text NOT NULL,
  fence bigint NOT NULL,
  expires_at timestamptz NOT NULL
);
`;
