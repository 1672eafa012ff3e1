-- Who gets in to what is published, and share links with their counts.
ALTER TABLE viewing.publication ADD COLUMN embed_sites text[];
ALTER TABLE viewing.publication ADD COLUMN embed_anywhere boolean NOT NULL DEFAULT true;
ALTER TABLE viewing.publication ADD COLUMN preview jsonb;

-- Its news comes by itself, perhaps before that of the publication.
CREATE TABLE viewing.publication_password (
  workspace_id uuid NOT NULL,
  publication_id uuid PRIMARY KEY,
  revision int NOT NULL,
  password_hash text
);
CALL platform.protect_tenant_table('viewing.publication_password', 'viewing');
CREATE POLICY visitors ON viewing.publication_password FOR SELECT TO stead_viewing_api
  USING (
    workspace_id = (SELECT platform.current_workspace())
    OR EXISTS (SELECT 1 FROM viewing.publication p WHERE p.id = publication_id AND p.state = 'published')
  );

CREATE TABLE viewing.share_link (
  workspace_id uuid NOT NULL,
  id uuid PRIMARY KEY,
  publication_id uuid NOT NULL,
  revision int NOT NULL,
  state text NOT NULL,
  password_hash text,
  expires_at timestamptz,
  views_max int,
  download boolean NOT NULL
);
CALL platform.protect_tenant_table('viewing.share_link', 'viewing');
CREATE POLICY visitors ON viewing.share_link FOR SELECT TO stead_viewing_api
  USING (state = 'active' OR workspace_id = (SELECT platform.current_workspace()));

-- Of its own, so that counting a visit does not touch what studio has announced.
CREATE TABLE viewing.share_link_views (
  workspace_id uuid NOT NULL,
  link_id uuid PRIMARY KEY,
  views int NOT NULL,
  last_at timestamptz NOT NULL
);
CALL platform.protect_tenant_table('viewing.share_link_views', 'viewing');
