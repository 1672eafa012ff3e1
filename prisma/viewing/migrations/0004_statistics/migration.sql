-- How often and for how long places are looked at: sums by day, and nobody in them.
CREATE TABLE viewing.view_sum (
  workspace_id uuid NOT NULL,
  publication_id uuid NOT NULL,
  -- The publication itself, one of its share links, or a hotspot.
  subject uuid NOT NULL,
  what text NOT NULL,
  day date NOT NULL,
  count bigint NOT NULL,
  visitors bigint NOT NULL,
  dwell_ms bigint NOT NULL,
  PRIMARY KEY (workspace_id, publication_id, what, subject, day)
);
CALL platform.protect_tenant_table('viewing.view_sum', 'viewing');

-- Who was counted on a day, as a digest under a salt that is thrown away with it. Emptied after two days.
CREATE TABLE viewing.visitor_counted (
  workspace_id uuid NOT NULL,
  publication_id uuid NOT NULL,
  subject uuid NOT NULL,
  what text NOT NULL,
  day date NOT NULL,
  visitor bytea NOT NULL,
  PRIMARY KEY (workspace_id, publication_id, what, subject, day, visitor)
);
CREATE INDEX visitor_counted_day ON viewing.visitor_counted (day);
CALL platform.protect_tenant_table('viewing.visitor_counted', 'viewing');
