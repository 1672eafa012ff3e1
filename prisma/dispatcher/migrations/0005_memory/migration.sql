-- Steps that ran out of memory and what they get from then on: {step: bytes}. Once per step.
ALTER TABLE dispatcher.run ADD COLUMN memory jsonb NOT NULL DEFAULT '{}';
