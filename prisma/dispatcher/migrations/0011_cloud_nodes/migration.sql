-- The machines of a cluster that come and go: what its leader sees of them now, for people, and what it has learned of them, for
-- the leader after it (how long boots take, what a machine of each pool gives, which pools had none to give).
CREATE TABLE dispatcher.cluster_cloud (
  name text PRIMARY KEY,
  figures jsonb NOT NULL,
  learnt jsonb NOT NULL,
  updated_at timestamptz NOT NULL
);
