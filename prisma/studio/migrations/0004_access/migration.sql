-- Who gets in to what is published: passwords, sites that may show it, the part that costs nothing, and share links.
ALTER TABLE studio.publication ADD COLUMN password_hash text;
ALTER TABLE studio.publication ADD COLUMN embed_sites text[];
ALTER TABLE studio.publication ADD COLUMN embed_anywhere boolean NOT NULL DEFAULT true;
ALTER TABLE studio.publication ADD COLUMN preview jsonb;

CREATE TABLE studio.share_link (
  workspace_id uuid NOT NULL,
  id uuid NOT NULL,
  sort_id uuid NOT NULL,
  request_id uuid NOT NULL,
  publication_id uuid NOT NULL,
  name text NOT NULL,
  state text NOT NULL,
  password_hash text,
  expires_at timestamptz,
  views_max int,
  download boolean NOT NULL,
  revision int NOT NULL,
  created_at timestamptz NOT NULL,
  changed_at timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, id),
  FOREIGN KEY (workspace_id, publication_id) REFERENCES studio.publication (workspace_id, id)
);
CREATE UNIQUE INDEX share_link_workspace_id_request_id_key ON studio.share_link (workspace_id, request_id);
CREATE UNIQUE INDEX share_link_workspace_id_publication_id_sort_id_key ON studio.share_link (workspace_id, publication_id, sort_id);

CALL platform.protect_tenant_table('studio.share_link', 'studio');
