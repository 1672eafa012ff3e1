-- What a leader knows of a cluster's health and the next one has to: durations and counts, no moments, because the clocks of two
-- leaders may differ. silent_ms: for how long it had given no sign of life when the row was written. falls: how often it fell
-- lately; each doubles the wait for the next trial. trials: how many runs at a time it was trusted with, null without a limit.
ALTER TABLE dispatcher.cluster
  ADD COLUMN silent_ms double precision,
  ADD COLUMN falls int NOT NULL DEFAULT 0,
  ADD COLUMN trials int;
