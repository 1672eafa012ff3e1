-- A page of the runs in one state, the newest first: without it, the few that failed are looked for among all.
CREATE INDEX run_list ON dispatcher.run (workspace_id, state, id);
