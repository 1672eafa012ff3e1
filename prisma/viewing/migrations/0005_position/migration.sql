-- Where on the earth a public place is, as the manifest of its bundle says.
ALTER TABLE viewing.publication ADD COLUMN latitude double precision;
ALTER TABLE viewing.publication ADD COLUMN longitude double precision;
-- The manifest that was read for it; while it is not the one of the publication, there is something to read.
ALTER TABLE viewing.publication ADD COLUMN position_of text;
ALTER TABLE viewing.publication ADD COLUMN position_due timestamptz NOT NULL DEFAULT now();
ALTER TABLE viewing.publication ADD COLUMN position_tries int NOT NULL DEFAULT 0;

-- Comparisons of numbers do not leak what they compare, so that this index is used below row-level security; those of points do.
CREATE INDEX publication_nearby ON viewing.publication (latitude, longitude)
  WHERE state = 'published' AND visibility = 'public' AND latitude IS NOT NULL;
CREATE INDEX publication_unplaced ON viewing.publication (position_due)
  WHERE state = 'published' AND visibility = 'public' AND position_of IS DISTINCT FROM manifest_sha256;
