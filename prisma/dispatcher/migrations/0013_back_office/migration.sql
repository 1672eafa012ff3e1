-- The back office: clusters that operators register, what they want of clusters, what was done, and figures over time. None of it
-- belongs to a workspace, so none of it is open to the role that serves one.

-- Clusters beside those of the configuration.
CREATE TABLE dispatcher.cluster_registration (
  name text PRIMARY KEY,
  kind text NOT NULL CHECK (kind IN ('onprem', 'cloud')),
  server text NOT NULL,
  namespace text NOT NULL,
  instance_id text,
  -- What tells the cluster from others, whatever its address: two registrations never share one.
  identities text[] NOT NULL,
  price_per_gpu_hour double precision NOT NULL CHECK (price_per_gpu_hour > 0),
  elastic_slots int NOT NULL CHECK (elastic_slots >= 0),
  boot_seconds double precision NOT NULL CHECK (boot_seconds >= 0),
  -- Sealed with AES-256-GCM under KUBECONFIG_KEY, bound to the name.
  kubeconfig bytea NOT NULL,
  -- Grows with each change; `credentials` with each change of what connects to it.
  revision int NOT NULL,
  credentials int NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL
);

-- What operators want of a cluster, from the configuration or registered. Absent: open.
CREATE TABLE dispatcher.cluster_wish (
  name text PRIMARY KEY,
  wish text NOT NULL CHECK (wish IN ('open', 'cordoned', 'draining', 'lost')),
  reason text,
  wished_by text NOT NULL,
  wished_at timestamptz NOT NULL
);

-- Nodes and GPUs of each cluster as the leader sees them, for other processes to show.
CREATE TABLE dispatcher.cluster_inventory (
  name text PRIMARY KEY,
  inventory jsonb NOT NULL,
  at timestamptz NOT NULL
);

-- What a cycle would decide by now, written down now and then: what is foreseen begins here.
CREATE TABLE dispatcher.live_snapshot (
  one boolean PRIMARY KEY CHECK (one),
  at timestamptz NOT NULL,
  policy jsonb NOT NULL,
  snapshot jsonb NOT NULL
);

-- One row per cluster and moment, thinned with age: see application/office/record-usage.ts.
CREATE TABLE dispatcher.usage_sample (
  at timestamptz NOT NULL,
  cluster text NOT NULL,
  kind text NOT NULL,
  health text NOT NULL,
  gpus_total double precision,
  gpus_used double precision,
  gpus_waiting double precision,
  PRIMARY KEY (at, cluster)
);
CREATE TABLE dispatcher.queue_sample (
  at timestamptz PRIMARY KEY,
  queued int NOT NULL,
  running int NOT NULL
);
-- What left for the cloud, and when.
CREATE INDEX decision_placed ON dispatcher.decision (at) WHERE kind = 'place';

-- What operators did. Rows are only ever added: not even the role that adds them can change one.
CREATE TABLE dispatcher.audit (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at timestamptz NOT NULL,
  actor_kind text NOT NULL,
  actor_id text NOT NULL,
  action text NOT NULL,
  subject text NOT NULL,
  before jsonb,
  after jsonb,
  reason text,
  request_id text NOT NULL
);
CREATE INDEX audit_subject ON dispatcher.audit (subject, id);
CREATE FUNCTION dispatcher.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the audit only grows' USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER audit_only_grows BEFORE UPDATE OR DELETE ON dispatcher.audit
  FOR EACH ROW EXECUTE FUNCTION dispatcher.refuse_change();
CREATE TRIGGER audit_is_never_emptied BEFORE TRUNCATE ON dispatcher.audit
  FOR EACH STATEMENT EXECUTE FUNCTION dispatcher.refuse_change();

-- What operators page through: everything that is still to happen, the most important first, and what was given up on.
CREATE INDEX run_open ON dispatcher.run (priority DESC, latest_start, id)
  WHERE state IN ('queued', 'dispatching', 'active', 'uncertain', 'verifying');
CREATE INDEX run_dead ON dispatcher.run (finished_at DESC, id) WHERE state = 'dead-letter';

DO $$
DECLARE
  closed text;
BEGIN
  FOREACH closed IN ARRAY ARRAY['cluster_registration', 'cluster_wish', 'cluster_inventory', 'live_snapshot', 'usage_sample', 'queue_sample', 'audit'] LOOP
    EXECUTE format('ALTER TABLE dispatcher.%I ENABLE ROW LEVEL SECURITY', closed);
    EXECUTE format('ALTER TABLE dispatcher.%I FORCE ROW LEVEL SECURITY', closed);
    EXECUTE format('CREATE POLICY worker ON dispatcher.%I TO stead_dispatcher_worker USING (true) WITH CHECK (true)', closed);
  END LOOP;
END
$$;
