-- Parts of what a run left that are to go while the others stay; empty once they are gone.
ALTER TABLE dispatcher.run ADD COLUMN purge_parts text[] NOT NULL DEFAULT '{}';
CREATE INDEX run_purge_parts ON dispatcher.run (id) WHERE purge_parts <> '{}';
