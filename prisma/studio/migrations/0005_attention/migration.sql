-- What somebody has to look at since its scene was moved to another version of the map.
ALTER TABLE studio.scene_element ADD COLUMN attention jsonb;
CREATE INDEX scene_element_attention ON studio.scene_element (workspace_id, scene_id) WHERE attention IS NOT NULL;
