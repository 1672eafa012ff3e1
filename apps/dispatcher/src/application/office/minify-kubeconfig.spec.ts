import { minifyKubeconfig } from './minify-kubeconfig';

const WHOLE = `
apiVersion: v1
kind: Config
current-context: home
clusters:
  - { name: hall, cluster: { server: 'https://hall:6443', certificate-authority-data: Q0E=, certificate-authority: /etc/shadow } }
  - { name: other, cluster: { server: 'https://other:6443' } }
users:
  - name: robot
    user: { token: t0ken, tokenFile: /etc/passwd, exec: { command: rm, args: [-rf, /] }, auth-provider: { name: gcp } }
contexts:
  - { name: home, context: { cluster: hall, user: robot, namespace: stead } }
  - { name: away, context: { cluster: other, user: robot } }
`;

describe('a minified kubeconfig', () => {
  it('has one context, and neither programs nor files of any machine', () => {
    const config = JSON.parse(minifyKubeconfig(WHOLE, undefined)) as {
      clusters: { cluster: object }[];
      users: { user: object }[];
    };
    expect(config.clusters.map(({ cluster }) => cluster)).toEqual([
      { server: 'https://hall:6443', 'certificate-authority-data': 'Q0E=' },
    ]);
    expect(config.users.map(({ user }) => user)).toEqual([{ token: 't0ken' }]);
  });

  it('is that of the context that was asked for', () => {
    expect(minifyKubeconfig(WHOLE, 'away')).toContain('https://other:6443');
    expect(() => minifyKubeconfig(WHOLE, 'elsewhere')).toThrow();
  });
});
