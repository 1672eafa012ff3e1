-- Privacy: what people decide about who is seen in a place, before and after it is published.
CREATE TABLE studio.privacy_policy (
  workspace_id UUID NOT NULL,
  gate TEXT NOT NULL,
  two_persons BOOLEAN NOT NULL,
  erase_after_days INTEGER,
  answer_within_days INTEGER NOT NULL,
  revision INTEGER NOT NULL,
  changed_at TIMESTAMPTZ(6) NOT NULL,
  changed_by TEXT NOT NULL,

  CONSTRAINT privacy_policy_pkey PRIMARY KEY (workspace_id)
);

CREATE TABLE studio.review (
  workspace_id UUID NOT NULL,
  id UUID NOT NULL,
  space_map_id UUID NOT NULL,
  version_id UUID NOT NULL,
  capture_id UUID NOT NULL,
  run_id UUID NOT NULL,
  epoch INTEGER NOT NULL,
  state TEXT NOT NULL,
  revision INTEGER NOT NULL,
  pending_version_id UUID,
  pending_run_id UUID,
  failure TEXT,
  approved_at TIMESTAMPTZ(6),
  approved_by TEXT,
  erasure TEXT NOT NULL,
  erasure_due_at TIMESTAMPTZ(6),
  erasure_ordered_at TIMESTAMPTZ(6),
  erased_at TIMESTAMPTZ(6),
  hold TEXT,
  created_at TIMESTAMPTZ(6) NOT NULL,
  changed_at TIMESTAMPTZ(6) NOT NULL,

  CONSTRAINT review_pkey PRIMARY KEY (workspace_id,id)
);

CREATE TABLE studio.review_picture (
  workspace_id UUID NOT NULL,
  review_id UUID NOT NULL,
  image TEXT NOT NULL,
  position INTEGER NOT NULL,
  name TEXT NOT NULL,
  width INTEGER NOT NULL,
  height INTEGER NOT NULL,
  original JSONB,
  covered JSONB,
  placed JSONB,

  CONSTRAINT review_picture_pkey PRIMARY KEY (workspace_id,review_id,image)
);

CREATE TABLE studio.detection (
  workspace_id UUID NOT NULL,
  review_id UUID NOT NULL,
  id UUID NOT NULL,
  image TEXT NOT NULL,
  source TEXT NOT NULL,
  kind TEXT NOT NULL,
  cover JSONB NOT NULL,
  score DOUBLE PRECISION,
  place JSONB,
  part_of UUID,
  is_part BOOLEAN NOT NULL,
  verdict TEXT,
  reason TEXT,
  decided_by TEXT,
  decided_at TIMESTAMPTZ(6),
  covered BOOLEAN NOT NULL,

  CONSTRAINT detection_pkey PRIMARY KEY (workspace_id,review_id,id)
);

CREATE TABLE studio.review_volume (
  workspace_id UUID NOT NULL,
  review_id UUID NOT NULL,
  id UUID NOT NULL,
  sha256 TEXT NOT NULL,
  volume JSONB NOT NULL,
  source TEXT NOT NULL,
  applied BOOLEAN NOT NULL,
  created_at TIMESTAMPTZ(6) NOT NULL,

  CONSTRAINT review_volume_pkey PRIMARY KEY (workspace_id,review_id,id)
);

CREATE TABLE studio.blur_request (
  workspace_id UUID NOT NULL,
  id UUID NOT NULL,
  sort_id UUID NOT NULL,
  publication_id UUID NOT NULL,
  space_map_id UUID NOT NULL,
  place JSONB NOT NULL,
  view JSONB,
  what TEXT NOT NULL,
  note TEXT,
  contact TEXT,
  state TEXT NOT NULL,
  review_id UUID,
  volume_id UUID,
  answer TEXT,
  received_at TIMESTAMPTZ(6) NOT NULL,
  answer_by TIMESTAMPTZ(6) NOT NULL,
  answered_at TIMESTAMPTZ(6),
  revision INTEGER NOT NULL,

  CONSTRAINT blur_request_pkey PRIMARY KEY (workspace_id,id)
);

CREATE TABLE studio.privacy_trail (
  workspace_id UUID NOT NULL,
  id UUID NOT NULL,
  subject UUID NOT NULL,
  at TIMESTAMPTZ(6) NOT NULL,
  "by" TEXT NOT NULL,
  what TEXT NOT NULL,
  details JSONB NOT NULL,

  CONSTRAINT privacy_trail_pkey PRIMARY KEY (workspace_id,id)
);

CREATE TABLE studio.erasure_certificate (
  workspace_id UUID NOT NULL,
  capture_id UUID NOT NULL,
  document JSONB NOT NULL,
  sha256 TEXT NOT NULL,
  created_at TIMESTAMPTZ(6) NOT NULL,

  CONSTRAINT erasure_certificate_pkey PRIMARY KEY (workspace_id,capture_id)
);

CREATE INDEX review_of_capture ON studio.review(workspace_id, capture_id);

CREATE INDEX review_erasure_due ON studio.review(erasure_due_at);

CREATE UNIQUE INDEX review_workspace_id_version_id_key ON studio.review(workspace_id, version_id);

CREATE INDEX detection_of_picture ON studio.detection(workspace_id, review_id, image);

CREATE UNIQUE INDEX review_volume_workspace_id_review_id_sha256_key ON studio.review_volume(workspace_id, review_id, sha256);

CREATE INDEX blur_request_of_publication ON studio.blur_request(workspace_id, publication_id, state);

CREATE UNIQUE INDEX blur_request_workspace_id_sort_id_key ON studio.blur_request(workspace_id, sort_id);

CREATE INDEX privacy_trail_of ON studio.privacy_trail(workspace_id, subject, id);

ALTER TABLE studio.review ADD CONSTRAINT review_workspace_id_version_id_fkey FOREIGN KEY (workspace_id, version_id) REFERENCES studio.map_version(workspace_id, id) ON DELETE NO ACTION ON UPDATE NO ACTION;

ALTER TABLE studio.review_picture ADD CONSTRAINT review_picture_workspace_id_review_id_fkey FOREIGN KEY (workspace_id, review_id) REFERENCES studio.review(workspace_id, id) ON DELETE CASCADE ON UPDATE NO ACTION;

ALTER TABLE studio.detection ADD CONSTRAINT detection_workspace_id_review_id_image_fkey FOREIGN KEY (workspace_id, review_id, image) REFERENCES studio.review_picture(workspace_id, review_id, image) ON DELETE CASCADE ON UPDATE NO ACTION;

ALTER TABLE studio.review_volume ADD CONSTRAINT review_volume_workspace_id_review_id_fkey FOREIGN KEY (workspace_id, review_id) REFERENCES studio.review(workspace_id, id) ON DELETE CASCADE ON UPDATE NO ACTION;

CALL platform.protect_tenant_table('studio.privacy_policy', 'studio');
CALL platform.protect_tenant_table('studio.review', 'studio');
CALL platform.protect_tenant_table('studio.review_picture', 'studio');
CALL platform.protect_tenant_table('studio.detection', 'studio');
CALL platform.protect_tenant_table('studio.review_volume', 'studio');
CALL platform.protect_tenant_table('studio.blur_request', 'studio');
CALL platform.protect_tenant_table('studio.privacy_trail', 'studio');
CALL platform.protect_tenant_table('studio.erasure_certificate', 'studio');

-- What was written down stays so.
CREATE FUNCTION studio.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'rows of % are never changed', TG_TABLE_NAME;
END $$;
CREATE TRIGGER privacy_trail_stays BEFORE UPDATE OR DELETE ON studio.privacy_trail
  FOR EACH ROW EXECUTE FUNCTION studio.refuse_change();

-- Whoever asks to be covered belongs to no workspace. They find what they know the address of, and nothing else.
CREATE POLICY by_address ON studio.publication FOR SELECT TO stead_studio_api
  USING (workspace_id = (SELECT platform.current_workspace())
    OR (state = 'published' AND id::text = (SELECT current_setting('app.address', true))));
CREATE POLICY by_address ON studio.blur_request FOR SELECT TO stead_studio_api
  USING (workspace_id = (SELECT platform.current_workspace()) OR id::text = (SELECT current_setting('app.address', true)));
