-- Statistics of all publications together are read by what is counted and when.
CREATE INDEX view_sum_day ON viewing.view_sum (workspace_id, what, day);
