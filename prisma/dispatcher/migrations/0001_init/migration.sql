-- Runs and their attempts, what was decided about them, their steps, and the clusters. Tables with a workspace belong to it.
CREATE TABLE dispatcher.run (
  workspace_id uuid NOT NULL,
  -- The caller's; unique over all workspaces, because the names of workflows are made of it.
  id uuid NOT NULL UNIQUE,
  pipeline text NOT NULL,
  entrypoint text NOT NULL,
  capture_id uuid NOT NULL,
  options jsonb NOT NULL,
  title text NOT NULL,
  priority int NOT NULL,
  deadline timestamptz,
  features jsonb NOT NULL,
  reuse jsonb,
  request_id text NOT NULL,
  state text NOT NULL,
  revision int NOT NULL,
  -- The epoch of the latest attempt; 0 before the first. The fencing token of everything that an attempt writes.
  epoch int NOT NULL,
  -- The epoch whose bundle is being verified: the current one, or an earlier one that turned out to have finished first.
  verifying_epoch int,
  published_epoch int,
  cluster text,
  why text,
  -- Reason of the last stored decision: the same one is not stored again and again.
  last_reason text,
  requeues int NOT NULL,
  not_before timestamptz,
  -- Clusters that are left alone for a while after they refused or broke this run: {name: {until, reason}}.
  excluded jsonb NOT NULL,
  step text,
  percent double precision NOT NULL,
  eta_s double precision,
  cost double precision NOT NULL,
  result jsonb,
  failure jsonb,
  purge_at timestamptz,
  purged_at timestamptz,
  created_at timestamptz NOT NULL,
  started_at timestamptz,
  finished_at timestamptz,
  PRIMARY KEY (workspace_id, id)
);
-- Heads of the queue are read per workspace, so that a flood of one hides nobody else's.
CREATE INDEX run_queue ON dispatcher.run (workspace_id, priority DESC, id) WHERE state = 'queued';
CREATE INDEX run_live ON dispatcher.run (state) WHERE state IN ('dispatching', 'active', 'uncertain', 'verifying');
CREATE INDEX run_purge ON dispatcher.run (purge_at) WHERE purge_at IS NOT NULL AND purged_at IS NULL;

CREATE TABLE dispatcher.attempt (
  workspace_id uuid NOT NULL,
  id uuid NOT NULL UNIQUE,
  run_id uuid NOT NULL,
  epoch int NOT NULL,
  cluster text NOT NULL,
  state text NOT NULL,
  revision int NOT NULL,
  -- Name, body and hash of the workflow: a repeated POST sends the very same bytes, by whichever version of the program.
  workflow text NOT NULL UNIQUE,
  manifest jsonb,
  spec_hash text,
  uid text,
  reason text NOT NULL,
  why text NOT NULL,
  outcome text,
  -- `<step>:<code>` of a failure: the same one on two clusters is the run's own fault.
  signature text,
  message text,
  gpu_seconds double precision NOT NULL,
  cost double precision NOT NULL,
  reserved_at timestamptz NOT NULL,
  intent_at timestamptz,
  created_at timestamptz,
  started_at timestamptz,
  finished_at timestamptz,
  lost_at timestamptz,
  swept_at timestamptz,
  PRIMARY KEY (workspace_id, id),
  UNIQUE (workspace_id, run_id, epoch),
  FOREIGN KEY (workspace_id, run_id) REFERENCES dispatcher.run (workspace_id, id)
);
CREATE INDEX attempt_live ON dispatcher.attempt (cluster) WHERE state IN ('reserved', 'intent', 'created', 'running', 'lost');

CREATE TABLE dispatcher.step (
  workspace_id uuid NOT NULL,
  run_id uuid NOT NULL,
  epoch int NOT NULL,
  name text NOT NULL,
  state text NOT NULL,
  started_at timestamptz,
  finished_at timestamptz,
  retries int NOT NULL,
  gpus double precision NOT NULL,
  message text,
  -- none, stored, or gone: the pod went before its log could be read.
  log text NOT NULL,
  PRIMARY KEY (workspace_id, run_id, epoch, name),
  FOREIGN KEY (workspace_id, run_id) REFERENCES dispatcher.run (workspace_id, id)
);
CREATE INDEX step_unlogged ON dispatcher.step (run_id) WHERE log = 'none' AND state IN ('succeeded', 'failed');

CREATE TABLE dispatcher.decision (
  workspace_id uuid NOT NULL,
  run_id uuid NOT NULL,
  seq bigint GENERATED ALWAYS AS IDENTITY,
  at timestamptz NOT NULL,
  kind text NOT NULL,
  reason text NOT NULL,
  why text NOT NULL,
  cluster text,
  epoch int,
  inputs jsonb NOT NULL,
  verdicts jsonb NOT NULL,
  PRIMARY KEY (workspace_id, run_id, seq),
  FOREIGN KEY (workspace_id, run_id) REFERENCES dispatcher.run (workspace_id, id)
);

-- What the scheduler's leader knows of each cluster: for other replicas, for people, and for itself after a restart.
CREATE TABLE dispatcher.cluster (
  name text PRIMARY KEY,
  kind text NOT NULL,
  health text NOT NULL,
  detail text,
  unreachable_since timestamptz,
  slots_free int,
  slots_total int,
  in_flight int NOT NULL,
  price_per_gpu_hour double precision NOT NULL,
  observed_at timestamptz,
  updated_at timestamptz NOT NULL
);

-- How long steps take, learned from finished ones: the source of percentages and estimates.
CREATE TABLE dispatcher.step_time (
  pipeline text NOT NULL,
  entrypoint text NOT NULL,
  step text NOT NULL,
  samples int NOT NULL,
  mean_s double precision NOT NULL,
  PRIMARY KEY (pipeline, entrypoint, step)
);

CALL platform.protect_tenant_table('dispatcher.run', 'dispatcher');
CALL platform.protect_tenant_table('dispatcher.attempt', 'dispatcher');
CALL platform.protect_tenant_table('dispatcher.step', 'dispatcher');
CALL platform.protect_tenant_table('dispatcher.decision', 'dispatcher');
CALL platform.install_messaging('dispatcher');
