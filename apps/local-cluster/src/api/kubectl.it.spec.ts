import { execFile, spawn, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { until } from '@stead/testing/servers';
import { stringify } from 'yaml';
import { startTestCluster, type TestCluster } from '../testing/test-cluster';
import { aScript, aWorkflow, completed } from '../testing/workflows';

const run = promisify(execFile);
const hasKubectl = spawnSync('kubectl', ['version', '--client']).status === 0;

if (!hasKubectl) {
  test('kubectl is not on this machine: its commands were not checked', () => {
    expect(hasKubectl).toBe(false);
  });
}

(hasKubectl ? describe : describe.skip)('kubectl, unmodified', () => {
  let cluster: TestCluster;
  let home: string;
  beforeAll(async () => {
    cluster = await startTestCluster();
    home = await mkdtemp(join(tmpdir(), 'kubectl-home-'));
  });
  afterAll(async () => {
    await cluster.close();
    await rm(home, { recursive: true, force: true });
  });

  const environment = (): NodeJS.ProcessEnv => ({ PATH: process.env['PATH'], HOME: home });
  /** With the dispatcher's kubeconfig, unless another is named. */
  async function kubectl(...args: string[]): Promise<string> {
    return (await run('kubectl', ['--kubeconfig', cluster.cluster.kubeconfigPath, ...args], { env: environment() })).stdout;
  }
  const asAdmin = (...args: string[]): Promise<string> => kubectl('--kubeconfig', cluster.cluster.adminKubeconfigPath, ...args);
  async function file(name: string, ...objects: object[]): Promise<string> {
    const path = join(home, `${name}.yaml`);
    await writeFile(path, objects.map((object) => stringify(object)).join('---\n'));
    return path;
  }

  test('version, api-resources and readiness', async () => {
    expect(await kubectl('version')).toContain('Server Version: v1.34.0+local-cluster');
    const resources = await kubectl('api-resources', '--no-headers');
    for (const name of ['workflows', 'workflowtemplates', 'nodes', 'pods', 'resourceslices'])
      expect(resources).toMatch(new RegExp(`^${name}\\s`, 'm'));
    expect(await kubectl('get', '--raw', '/readyz')).toBe('ok');
  });

  test('create, get in every form, describe, logs and delete', async () => {
    expect(await kubectl('create', '-f', await file('hello', aScript('hello', 'echo hello; echo world')))).toBe(
      'workflow.argoproj.io/hello created\n',
    );
    await completed(cluster, 'hello');
    expect(await kubectl('get', 'wf')).toMatch(/^NAME\s+STATUS\s+AGE\s+MESSAGE\s*\nhello\s+Succeeded\s+\d+s/);
    expect(await kubectl('get', 'wf', '-o', 'wide')).toMatch(/PROGRESS\s+DURATION[^]*hello\s+Succeeded\s+\d+s\s+1\/1/);
    expect(
      await kubectl(
        'get',
        'wf',
        'hello',
        '-o',
        'jsonpath={.status.phase} {.metadata.labels.workflows\\.argoproj\\.io/completed}',
      ),
    ).toBe('Succeeded true');
    expect(await kubectl('get', 'wf', '-o', 'name')).toContain('workflow.argoproj.io/hello');
    expect(JSON.parse(await kubectl('get', 'wf', 'hello', '-o', 'json'))).toMatchObject({
      kind: 'Workflow',
      status: { phase: 'Succeeded' },
    });
    expect(await kubectl('get', 'pods', '-o', 'wide')).toMatch(
      /hello-main-\d+\s+0\/1\s+Completed\s+0\s+\S+\s+127\.0\.0\.1\s+node-1/,
    );
    expect(await kubectl('get', 'nodes')).toMatch(/node-1\s+Ready/);
    expect(await kubectl('describe', 'wf', 'hello')).toMatch(/Phase:\s+Succeeded[^]*WorkflowSucceeded/);
    const pod = (
      await kubectl('get', 'pods', '-l', 'workflows.argoproj.io/workflow=hello', '-o', 'jsonpath={.items[0].metadata.name}')
    ).trim();
    expect(await kubectl('describe', 'pod', pod)).toMatch(/Exit Code:\s+0[^]*Scheduled[^]*Started/);
    expect(await kubectl('logs', pod, '--tail=1')).toBe('world\n');
    expect(await kubectl('get', 'events')).toMatch(/Started\s+pod\/hello-main/);
    expect(await kubectl('delete', 'wf', 'hello')).toContain('"hello" deleted');
    await expect(kubectl('get', 'wf', 'hello')).rejects.toMatchObject({
      stderr: expect.stringContaining('Error from server (NotFound): workflows.argoproj.io "hello" not found') as string,
    });
  });

  test('get -w follows a workflow to its end', async () => {
    await kubectl('create', '-f', await file('watched', aScript('watched', 'sleep 0.3')));
    const child = spawn('kubectl', ['--kubeconfig', cluster.cluster.kubeconfigPath, 'get', 'wf', 'watched', '-w'], {
      env: environment(),
    });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    await until('it is seen to succeed', () => /watched\s+Running[^]*watched\s+Succeeded/.test(output));
    child.kill();
  });

  test('logs -f ends with the container', async () => {
    await kubectl('create', '-f', await file('follow', aScript('follow', 'echo a; sleep 0.4; echo b')));
    const pod = await until(
      'its pod runs',
      async () => /^(follow\S+).*Running/m.exec(await kubectl('get', 'pods', '--no-headers'))?.[1],
    );
    expect(await kubectl('logs', '-f', pod)).toBe('a\nb\n');
  });

  test('apply, plain and server-side, creates, changes and leaves alone', async () => {
    const template = (image: string): object => ({
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'WorkflowTemplate',
      metadata: { name: 'applied' },
      spec: { entrypoint: 'a', templates: [{ name: 'a', container: { image, args: ['true'] } }] },
    });
    expect(await asAdmin('apply', '-f', await file('t1', template('one')))).toBe(
      'workflowtemplate.argoproj.io/applied created\n',
    );
    expect(await asAdmin('apply', '-f', await file('t1', template('one')))).toBe(
      'workflowtemplate.argoproj.io/applied unchanged\n',
    );
    expect(await asAdmin('apply', '-f', await file('t2', template('two')))).toBe(
      'workflowtemplate.argoproj.io/applied configured\n',
    );
    expect(await kubectl('get', 'wftmpl', 'applied', '-o', 'jsonpath={.spec.templates[0].container.image}')).toBe('two');
    expect(await asAdmin('apply', '--server-side', '--force-conflicts', '-f', await file('t3', template('three')))).toContain(
      'serverside-applied',
    );
    const settings = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings' }, data: { A: '1' } };
    await asAdmin(
      'apply',
      '-f',
      await file('cm', settings, { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'keys' }, stringData: { B: '2' } }),
    );
    await asAdmin('apply', '-f', await file('cm', { ...settings, data: { C: '3' } }));
    expect(await asAdmin('get', 'cm', 'settings', '-o', 'jsonpath={.data}')).toBe('{"C":"3"}');
    expect(await asAdmin('get', 'secret', 'keys', '-o', 'jsonpath={.data.B}')).toBe(Buffer.from('2').toString('base64'));
  });

  test('patch, label, cordon and drain speak to objects as elsewhere', async () => {
    await kubectl('create', '-f', await file('patched', aScript('patched', 'sleep 30')));
    await kubectl('patch', 'wf', 'patched', '--type', 'merge', '-p', '{"spec":{"shutdown":"Terminate"}}');
    expect((await completed(cluster, 'patched')).status?.phase).toBe('Failed');
    expect(await kubectl('label', 'wf', 'patched', 'seen=yes')).toContain('labeled');
    expect(
      await asAdmin('patch', 'wf', 'patched', '--type', 'json', '-p', '[{"op":"remove","path":"/metadata/labels/seen"}]'),
    ).toContain('patched');
    await asAdmin('cordon', 'node-1');
    expect(await kubectl('get', 'nodes')).toMatch(/Ready,SchedulingDisabled/);
    await asAdmin('uncordon', 'node-1');
  });

  test.each([
    ['is told to end, and fails with its exit code', [], { phase: 'Failed', message: 'main: Error (exit code 143)' }],
    [
      'by force is gone at once, and its step is an error',
      ['--force', '--grace-period=0'],
      { phase: 'Error', message: 'pod deleted' },
    ],
  ])('a running pod that is deleted %s', async (title, flags, status) => {
    const name = `victim-${title.length}`;
    await kubectl('create', '-f', await file(name, aScript(name, 'sleep 30')));
    const pod = await until(
      'its pod runs',
      async () => new RegExp(`^(${name}\\S+).*Running`, 'm').exec(await kubectl('get', 'pods', '--no-headers'))?.[1],
    );
    await asAdmin('delete', 'pod', pod, ...flags);
    expect((await completed(cluster, name)).status).toMatchObject(status);
  });

  test('what is not allowed is refused with the reason, and can-i knows', async () => {
    await expect(kubectl('get', 'secrets')).rejects.toMatchObject({
      stderr: expect.stringContaining('Error from server (Forbidden): secrets is forbidden') as string,
    });
    expect(await kubectl('auth', 'can-i', 'create', 'workflows')).toBe('yes\n');
    await expect(kubectl('auth', 'can-i', 'get', 'secrets')).rejects.toMatchObject({ stdout: 'no\n' });
    await asAdmin('create', 'secret', 'generic', 'made', '--from-literal=A=1');
    expect(await asAdmin('get', 'secret', 'made', '-o', 'jsonpath={.data.A} {.type}')).toBe('MQ== Opaque');
    expect(await kubectl('auth', 'whoami')).toContain('system:serviceaccount:stead:dispatcher');
  });

  test('a manifest that is wrong is refused with the field', async () => {
    const wrong = aWorkflow('wrong', { entrypoint: 'a', templates: [{ name: 'a', contaner: {} }] });
    await expect(kubectl('create', '-f', await file('wrong', wrong))).rejects.toMatchObject({
      stderr: expect.stringMatching(/spec\.templates\.0: Unrecognized key: "contaner"/) as string,
    });
  });
});
