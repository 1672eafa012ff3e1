-- What a publication shows is an edition: a version of the map and, over it, a scene as it was. Editions never change.
CREATE TABLE studio.edition (
  workspace_id uuid NOT NULL,
  id uuid NOT NULL,
  publication_id uuid NOT NULL,
  version_id uuid NOT NULL,
  scene_id uuid,
  scene_revision int,
  elements int,
  contents_key text,
  contents_sha256 text,
  contents_bytes int,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, id),
  FOREIGN KEY (workspace_id, version_id) REFERENCES studio.map_version (workspace_id, id)
);
CREATE INDEX edition_of_publication ON studio.edition (workspace_id, publication_id);

-- The owner sees the rows of every workspace while it moves them.
ALTER TABLE studio.publication NO FORCE ROW LEVEL SECURITY;
ALTER TABLE studio.publication ADD COLUMN edition_id uuid;
UPDATE studio.publication SET edition_id = gen_random_uuid();
INSERT INTO studio.edition (workspace_id, id, publication_id, version_id, created_at)
  SELECT workspace_id, edition_id, id, version_id, changed_at FROM studio.publication;
CREATE TEMPORARY TABLE shown_earlier ON COMMIT DROP AS
  SELECT p.workspace_id, p.id AS publication_id, e.version_id, e.place, gen_random_uuid() AS edition_id, p.created_at
  FROM studio.publication p CROSS JOIN LATERAL unnest(p.earlier) WITH ORDINALITY AS e (version_id, place);
INSERT INTO studio.edition (workspace_id, id, publication_id, version_id, created_at)
  SELECT workspace_id, edition_id, publication_id, version_id, created_at FROM shown_earlier;
UPDATE studio.publication p SET earlier = ARRAY(
  SELECT s.edition_id FROM shown_earlier s
  WHERE s.workspace_id = p.workspace_id AND s.publication_id = p.id ORDER BY s.place);
ALTER TABLE studio.publication ALTER COLUMN edition_id SET NOT NULL;
ALTER TABLE studio.publication DROP COLUMN version_id;
ALTER TABLE studio.publication ADD FOREIGN KEY (workspace_id, edition_id) REFERENCES studio.edition (workspace_id, id);
ALTER TABLE studio.publication FORCE ROW LEVEL SECURITY;

CALL platform.protect_tenant_table('studio.edition', 'studio');
