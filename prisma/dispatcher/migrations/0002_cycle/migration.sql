-- What a dispatch cycle decided by: the same function makes the same decisions of it again. It names runs of all workspaces:
-- nothing that a workspace may ask for shows it. Kept for a while, and a decision outlives it.
CREATE TABLE dispatcher.cycle (
  id uuid PRIMARY KEY,
  at timestamptz NOT NULL,
  policy jsonb NOT NULL,
  snapshot jsonb NOT NULL
);
CREATE INDEX cycle_at ON dispatcher.cycle (at);
ALTER TABLE dispatcher.decision ADD COLUMN cycle_id uuid;
