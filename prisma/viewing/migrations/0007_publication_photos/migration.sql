-- Whether visitors may look at the photos that a place was made from: only where somebody has said so.
ALTER TABLE viewing.publication ADD COLUMN photos BOOLEAN NOT NULL DEFAULT false;
