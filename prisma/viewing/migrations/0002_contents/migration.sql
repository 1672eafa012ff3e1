-- The scene that is shown over a version: a file of its own.
ALTER TABLE viewing.publication ADD COLUMN contents_key text;
ALTER TABLE viewing.publication ADD COLUMN contents_sha256 text;
ALTER TABLE viewing.publication ADD COLUMN contents_bytes int;
