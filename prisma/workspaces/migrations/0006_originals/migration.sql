-- Whether the files of a capture are still there: they may be erased while what was made of them stays.
ALTER TABLE workspaces.capture
  ADD COLUMN originals text NOT NULL DEFAULT 'present',
  ADD COLUMN originals_sealed boolean,
  ADD COLUMN originals_erased_at timestamptz;
UPDATE workspaces.capture SET originals = 'deleted' WHERE state = 'deleted';

-- What the reconciler looks for.
CREATE INDEX capture_half_erased ON workspaces.capture (changed_at) WHERE originals = 'erasing';
