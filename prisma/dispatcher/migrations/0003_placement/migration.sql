-- How the time of steps grows with the size of the work: sums of a line through logarithms, see domain/runtime-model.ts.
CREATE TABLE dispatcher.runtime_model (
  pipeline text NOT NULL,
  entrypoint text NOT NULL,
  -- The preset, as far as the options are one.
  variant text NOT NULL,
  -- '*' is the whole run.
  step text NOT NULL,
  n double precision NOT NULL,
  sx double precision NOT NULL,
  sy double precision NOT NULL,
  sxx double precision NOT NULL,
  sxy double precision NOT NULL,
  syy double precision NOT NULL,
  PRIMARY KEY (pipeline, entrypoint, variant, step)
);
DROP TABLE dispatcher.step_time;

-- The placement policy that the run asked for; null where its workspace's holds.
ALTER TABLE dispatcher.run ADD COLUMN placement jsonb;
-- Until when it should have started, as estimated when it was queued: heads of long queues are read by it.
ALTER TABLE dispatcher.run ADD COLUMN latest_start timestamptz NOT NULL DEFAULT now();
ALTER TABLE dispatcher.run ALTER COLUMN latest_start DROP DEFAULT;
DROP INDEX dispatcher.run_queue;
-- Three ways to be a head: the most important, the most urgent, the oldest.
CREATE INDEX run_queue_priority ON dispatcher.run (workspace_id, priority DESC, latest_start, id) WHERE state = 'queued';
CREATE INDEX run_queue_urgent ON dispatcher.run (workspace_id, latest_start, id) WHERE state = 'queued';
CREATE INDEX run_queue_oldest ON dispatcher.run (workspace_id, created_at, id) WHERE state = 'queued';

-- What the back office says of a workspace.
CREATE TABLE dispatcher.workspace_rules (
  workspace_id uuid PRIMARY KEY,
  weight double precision NOT NULL CHECK (weight > 0),
  placement jsonb,
  revision int NOT NULL,
  updated_at timestamptz NOT NULL
);
-- What a workspace has used, older use at less than its worth: as of used_at.
CREATE TABLE dispatcher.workspace_use (
  workspace_id uuid PRIMARY KEY,
  gpu_seconds double precision NOT NULL,
  cloud_cost double precision NOT NULL,
  used_at timestamptz NOT NULL,
  served_at timestamptz
);
CALL platform.protect_tenant_table('dispatcher.workspace_rules', 'dispatcher');
CALL platform.protect_tenant_table('dispatcher.workspace_use', 'dispatcher');
