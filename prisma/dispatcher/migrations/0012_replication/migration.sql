-- Objects of runs that have to lie in another object store as well. What a row says of one run is true of the store: captures
-- are shared by runs, and an object that is there already is recognised and not copied again.
CREATE TABLE dispatcher.replication (
  workspace_id uuid NOT NULL,
  run_id uuid NOT NULL,
  -- `inputs`: what the steps of the run read. `e<epoch>`: what that attempt has left.
  what text NOT NULL,
  from_store text NOT NULL,
  to_store text NOT NULL,
  capture_id uuid NOT NULL,
  state text NOT NULL,
  revision int NOT NULL,
  -- Inputs: the attempt that they were looked together for, 0 before there is one, and whether they are wanted ahead of it.
  for_epoch int NOT NULL,
  ahead boolean NOT NULL,
  -- Outputs: finished steps at the last look, and whether that was after the attempt had ended.
  steps int NOT NULL,
  complete boolean NOT NULL,
  objects_total int NOT NULL,
  objects_done int NOT NULL,
  bytes_total bigint NOT NULL,
  bytes_done bigint NOT NULL,
  -- Of those that are there, what was not there before.
  bytes_copied bigint NOT NULL,
  -- Tries in a row that a store has ended, and when the next one is due.
  failures int NOT NULL,
  not_before timestamptz,
  detail text,
  planned_at timestamptz NOT NULL,
  started_at timestamptz,
  finished_at timestamptz,
  PRIMARY KEY (workspace_id, run_id, what, from_store, to_store),
  FOREIGN KEY (workspace_id, run_id) REFERENCES dispatcher.run (workspace_id, id)
);
CREATE INDEX replication_open ON dispatcher.replication (planned_at) WHERE state IN ('planned', 'copying');
CREATE INDEX replication_run ON dispatcher.replication (run_id);
CREATE INDEX replication_capture ON dispatcher.replication (capture_id);

-- Objects that are too large for one request: the upload in parts while it is under way, so that whoever takes over goes on
-- with it, and afterwards the etags by which the copy is recognised.
CREATE TABLE dispatcher.replica (
  workspace_id uuid NOT NULL,
  store text NOT NULL,
  key text NOT NULL,
  bytes bigint NOT NULL,
  source_etag text NOT NULL,
  upload_id text,
  etag text,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, store, key)
);
-- In the order of bytes, so that everything below a prefix is one range of it.
CREATE UNIQUE INDEX replica_key ON dispatcher.replica (store, key COLLATE "C");
CREATE INDEX replica_upload ON dispatcher.replica (updated_at) WHERE upload_id IS NOT NULL;

-- What finished copies have shown of the line from one store to another.
CREATE TABLE dispatcher.transfer_rate (
  from_store text NOT NULL,
  to_store text NOT NULL,
  samples int NOT NULL,
  mean_bytes_per_s double precision NOT NULL,
  slow_bytes_per_s double precision NOT NULL,
  PRIMARY KEY (from_store, to_store)
);

-- Captures that their owner has deleted and whose copies have to go.
CREATE TABLE dispatcher.capture_removal (
  workspace_id uuid NOT NULL,
  capture_id uuid NOT NULL,
  asked_at timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, capture_id)
);

CALL platform.protect_tenant_table('dispatcher.replication', 'dispatcher');
CALL platform.protect_tenant_table('dispatcher.replica', 'dispatcher');
CALL platform.protect_tenant_table('dispatcher.capture_removal', 'dispatcher');
