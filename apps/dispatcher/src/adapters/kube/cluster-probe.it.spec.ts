import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SystemClock } from '@stead/platform/clock';
import { ClusterClient } from '@stead/platform/kube';
import { createLogger } from '@stead/platform/logging';
import { until } from '@stead/testing/servers';
import { DEFAULT_HEALTH_POLICY, healthPolicy, type HealthPolicy } from '../../domain/health-policy';
import { TestCluster } from '../../testing/test-cluster';
import { ClusterProbe, syntheticWrite } from './cluster-probe';
import { SiteClient } from './site-client';

/** A fifth of what is usual, the proportions kept. */
const QUICK = healthPolicy({
  ...{ probeMs: 400, probeTimeoutMs: 400, openAfterMs: 1_800, closeAfterMs: 1_000, writeProbeMs: 1_000 },
  controllerSilentMs: 60_000,
});
const CREATE = { verb: 'create', resource: 'workflows' };
const META = { namespace: 'stead', labels: {}, annotations: {} };

class Watched {
  readonly states: string[] = [];
  /** How often it was asked whether it is ready. */
  asked = 0;

  private constructor(
    readonly probe: ClusterProbe,
    private readonly api: ClusterClient,
  ) {}

  static start(kubeconfig: string, policy: HealthPolicy = QUICK, namespace = 'stead'): Watched {
    const api = new ClusterClient({ name: 'onprem', kubeconfig, namespace, callTimeoutMs: 5_000 });
    const probe: ClusterProbe = new ClusterProbe({
      ...{ name: 'onprem', policy, clock: new SystemClock() },
      api: {
        readyz: (timeoutMs) => {
          watched.asked += 1;
          return api.readyz(timeoutMs);
        },
        dryRunWorkflow: (manifest) => api.dryRunWorkflow(manifest),
        getWorkflow: (name) => api.getWorkflow(name),
      },
      write: syntheticWrite(namespace, 'echo', 'photos'),
      logger: createLogger({ service: 'spec', level: 'silent' }),
      onAnswer: () => undefined,
      onChange: () => watched.states.push(probe.health.state),
    });
    const watched = new Watched(probe, api);
    probe.start(null);
    return watched;
  }

  async untilAsked(times: number): Promise<void> {
    const before = this.asked;
    await until(`it was asked ${times} times`, () => this.asked - before >= times, 40_000);
  }

  async until(state: string, timeoutMs?: number): Promise<void> {
    await until(`it is ${state}, not ${this.states.join()}`, () => this.probe.health.state === state, timeoutMs);
  }

  async stop(): Promise<void> {
    await this.probe.stop();
    this.api.close();
  }
}

describe('a probe of a cluster', () => {
  let folder: string;
  let cluster: TestCluster;
  let watched: Watched | null = null;
  let nextFile = 0;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'stead-probe-'));
    const pipelines = [{ name: 'echo', steps: [{ name: 'ingest' }] }];
    cluster = await new TestCluster({ name: 'onprem', folder: join(folder, 'onprem'), pipelines, podEnv: {}, slots: 1 }).start();
  });
  afterEach(async () => {
    cluster.thaw();
    await cluster.clearFaults();
    await watched?.stop();
    watched = null;
  });
  afterAll(async () => {
    await cluster.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** The cluster's kubeconfig with something of it replaced. */
  function kubeconfigWith(what: RegExp, by: string): string {
    const path = join(folder, `kubeconfig-${(nextFile += 1)}`);
    writeFileSync(path, readFileSync(cluster.kubeconfigPath, 'utf8').replace(what, by));
    return path;
  }

  it('knows within 12 s that a server hangs which accepts connections, with the timings that are usual', async () => {
    watched = Watched.start(cluster.kubeconfigPath, DEFAULT_HEALTH_POLICY);
    await watched.until('ok');
    cluster.freeze();
    const frozenMs = performance.now();
    await watched.until('open');
    expect(performance.now() - frozenMs).toBeLessThanOrEqual(12_000);
    expect(watched.states).toEqual(['ok', 'suspect', 'open']);
    cluster.thaw();
    await until('it answers', () => watched?.probe.health.answersSinceMs !== null);
    expect(watched.probe.silentForMs).toBeNull();
  });

  it('leaves nothing behind, however often it offers a workflow', async () => {
    const offered = await cluster.fault({ kind: 'delay', match: CREATE, delayMs: 1 });
    watched = Watched.start(cluster.kubeconfigPath);
    await until('it has offered three', async () => {
      const { faults } = await cluster.admin<{ faults: { struck: number }[] }>('GET', '/faults');
      return (faults[0]?.struck ?? 0) >= 3;
    });
    expect(offered).toBeDefined();
    expect(watched.states).toEqual(['ok']);
    expect(await cluster.workflows()).toEqual([]);
  });

  // Late answers are asked for more often. Each lasts for about ten seconds: five times what a silence would need.
  it.each<[string, Record<string, unknown>, number]>([
    ['every answer takes as long as a probe may', { kind: 'delay', delayMs: 400 }, 120],
    ['three of ten requests are never answered', { kind: 'hang', probability: 0.3 }, 50],
    ['it is asked to be patient', { kind: 'status429' }, 25],
  ])('never gives a cluster up when %s', async (_name, fault, probes) => {
    watched = Watched.start(cluster.kubeconfigPath);
    await watched.until('ok');
    await cluster.fault(fault);
    await watched.untilAsked(probes);
    expect(watched.states).not.toContain('open');
  });

  it('tells a cluster that cannot write from one that is gone', async () => {
    watched = Watched.start(cluster.kubeconfigPath);
    await watched.until('ok');
    await cluster.fault({ kind: 'status5xx', match: CREATE });
    await watched.until('degraded');
    expect(watched.probe.health.detail).toContain('takes no writes: onprem: 503');
    expect(watched.probe.health.silentSinceMs).toBeNull();
    await cluster.clearFaults();
    await watched.until('half-open');
    watched.probe.swept();
    for (let proof = 0; proof < 4; proof += 1) watched.probe.proved();
    expect(watched.states.slice(-2)).toEqual(['half-open', 'ok']);
  });

  it('hears of submissions that the cluster answers with a failure of its own, and of no others', async () => {
    const heard: unknown[] = [];
    const options = { name: 'onprem', kubeconfig: cluster.kubeconfigPath, namespace: 'stead', callTimeoutMs: 1_000 };
    const client = new SiteClient(options, (error) => heard.push(error));
    watched = Watched.start(cluster.kubeconfigPath);
    await watched.until('ok');
    const named = (name: string) => ({ ...syntheticWrite('stead', 'echo', 'photos'), metadata: { ...META, name } });
    await cluster.fault({ kind: 'status5xx', match: CREATE });
    await expect(client.createWorkflow(named('failed'))).rejects.toThrow('503');
    await cluster.clearFaults();
    await cluster.fault({ kind: 'hang', match: CREATE });
    await expect(client.createWorkflow(named('unanswered'))).rejects.toThrow('no answer');
    await cluster.clearFaults();
    await client.createWorkflow(named('taken')); // the cluster may take the unanswered one as well, once it is let go
    const [failed, unanswered, taken] = heard;
    expect(taken).toBeNull();
    for (let time = 0; time < 2 * QUICK.writeFailuresMax; time += 1) watched.probe.submitted(unanswered);
    expect(watched.probe.health.submissions.failures).toBe(0);
    for (let time = 0; time < QUICK.writeFailuresMax; time += 1) watched.probe.submitted(failed);
    expect(watched.probe.health).toMatchObject({ state: 'degraded', detail: expect.stringContaining('takes no workflows: ') });
    client.close();
  });

  it('tells a token that is refused from an outage, and takes the next one', async () => {
    const path = kubeconfigWith(/token: \S+/, 'token: expired');
    watched = Watched.start(path);
    await watched.until('misconfigured');
    expect(watched.probe.health.detail).toContain('401');
    writeFileSync(path, readFileSync(cluster.kubeconfigPath));
    await watched.until('ok');
    expect(watched.states).toEqual(['misconfigured', 'ok']);
  });

  it.each<[string, () => string, string | undefined, string]>([
    ['cannot be read', () => join(folder, 'nowhere'), undefined, 'no such file'],
    ['trusts another authority', () => kubeconfigWith(/certificate-authority-data: \S+/, ''), undefined, 'certificate'],
    ['may not write there', () => cluster.kubeconfigPath, 'elsewhere', '403'],
  ])('tells a kubeconfig that %s from an outage', async (_name, kubeconfig, namespace, detail) => {
    watched = Watched.start(kubeconfig(), QUICK, namespace);
    await watched.until('misconfigured');
    expect(watched.probe.health.detail).toContain(detail);
    await watched.untilAsked(12); // for five seconds: an outage would have been found twice
    expect(watched.states).toEqual(['misconfigured']);
  });

  it('finds an address at which nobody listens to be an outage', async () => {
    watched = Watched.start(kubeconfigWith(/server: \S+/, 'server: https://127.0.0.1:1'));
    await watched.until('open');
    expect(watched.probe.health.detail).toContain('ECONNREFUSED');
  });
});
