-- What operators set of a cluster of the configuration, in place of what stands there. Absent, or null: as configured.
CREATE TABLE dispatcher.cluster_figures (
  name text PRIMARY KEY,
  price_per_gpu_hour double precision CHECK (price_per_gpu_hour > 0),
  elastic_slots int CHECK (elastic_slots >= 0),
  boot_seconds double precision CHECK (boot_seconds >= 0),
  revision int NOT NULL,
  updated_at timestamptz NOT NULL
);
ALTER TABLE dispatcher.cluster_figures ENABLE ROW LEVEL SECURITY;
ALTER TABLE dispatcher.cluster_figures FORCE ROW LEVEL SECURITY;
CREATE POLICY worker ON dispatcher.cluster_figures TO stead_dispatcher_worker USING (true) WITH CHECK (true);
