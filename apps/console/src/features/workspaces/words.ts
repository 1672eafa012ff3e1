export const english = {
  title: 'Workspaces',
  switch: 'Workspace: {{name}}',
  here: 'you are here',
  name: 'Name of a new workspace',
  make: 'Make a workspace',
  owner: 'owner',
  admin: 'admin',
  editor: 'editor',
  viewer: 'viewer',
  billing: 'billing',
};
export type WorkspaceWords = typeof english;

export const korean: WorkspaceWords = {
  title: '워크스페이스',
  switch: '워크스페이스: {{name}}',
  here: '지금 여기',
  name: '새 워크스페이스 이름',
  make: '워크스페이스 만들기',
  owner: '소유자',
  admin: '관리자',
  editor: '편집자',
  viewer: '열람자',
  billing: '결제 담당',
};
