-- What may be spent in clouds. A scope is a workspace, or the house (all zeros). Money is whole millionths: sums of them are exact.
CREATE TABLE dispatcher.budget (
  scope uuid NOT NULL,
  period text NOT NULL CHECK (period IN ('day', 'month')),
  cap_micros bigint NOT NULL CHECK (cap_micros >= 0),
  revision int NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (scope, period)
);

-- What is set aside for attempts under way, and what the ended ones have cost. `overrun`: what attempts cost beyond what was set
-- aside for them, which is the house's loss and never charged to the budget.
CREATE TABLE dispatcher.budget_spend (
  scope uuid NOT NULL,
  period text NOT NULL CHECK (period IN ('day', 'month')),
  starts_on date NOT NULL,
  reserved_micros bigint NOT NULL CHECK (reserved_micros >= 0),
  settled_micros bigint NOT NULL CHECK (settled_micros >= 0),
  overrun_micros bigint NOT NULL CHECK (overrun_micros >= 0),
  PRIMARY KEY (scope, period, starts_on)
);

-- One per attempt in a cloud: what is set aside for it, settled once.
CREATE TABLE dispatcher.budget_hold (
  workspace_id uuid NOT NULL,
  attempt_id uuid NOT NULL,
  amount_micros bigint NOT NULL CHECK (amount_micros >= 0),
  held_on date NOT NULL,
  settled_micros bigint,
  PRIMARY KEY (workspace_id, attempt_id),
  FOREIGN KEY (workspace_id, attempt_id) REFERENCES dispatcher.attempt (workspace_id, id)
);
CALL platform.protect_tenant_table('dispatcher.budget_hold', 'dispatcher');
