-- The publications that visitors may see: a read model of what studio announces.
CREATE TABLE viewing.publication (
  workspace_id uuid NOT NULL,
  id uuid PRIMARY KEY,
  sort_id uuid NOT NULL,
  revision int NOT NULL,
  state text NOT NULL,
  visibility text NOT NULL,
  title text NOT NULL,
  version_id uuid NOT NULL,
  bundle_prefix text NOT NULL,
  manifest_sha256 text NOT NULL,
  published_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX publication_sort_id_key ON viewing.publication (sort_id);

CALL platform.protect_tenant_table('viewing.publication', 'viewing');
-- Visitors belong to no workspace. What is published is for them, and the role that serves them can read nothing else.
CREATE POLICY visitors ON viewing.publication FOR SELECT TO stead_viewing_api
  USING (state = 'published' OR workspace_id = (SELECT platform.current_workspace()));

CALL platform.install_messaging('viewing');
