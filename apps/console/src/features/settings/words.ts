export const english = {
  title: 'Settings',
  account: 'Account',
  members: 'Members',
  keys: 'API keys',
  webhooks: 'Webhooks',
  missing: 'What you signed in with may not see this. It is missing: {{scope}}',
  missingWrite: 'You can look, and change nothing: what you signed in with is missing {{scope}}.',
};
export type SettingsWords = typeof english;

export const korean: SettingsWords = {
  title: '설정',
  account: '계정',
  members: '구성원',
  keys: 'API 키',
  webhooks: '웹훅',
  missing: '로그인한 권한으로는 볼 수 없습니다. 필요한 권한: {{scope}}',
  missingWrite: '볼 수만 있고 바꿀 수는 없습니다. 필요한 권한: {{scope}}.',
};
