-- Operators of the platform see and change what belongs to no workspace. Nothing that a workspace can do sets this.
ALTER TABLE workspaces.account ADD COLUMN operator_since timestamptz;
