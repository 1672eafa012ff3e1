import { IDENTITY_HEADER, IdentitySigner } from '@stead/platform/auth';
import { newId } from '@stead/platform/ids';
import { until } from '@stead/testing/servers';
import { OfficeClient } from '../../testing/office-client';
import type { Program } from '../../testing/program';
import { BACK_MS, type FaultHouse } from '../fault-house';
import { Workers } from '../workers';
import { Gates, type Edge, type Gate } from './gates';

/** A house whose dispatcher is killed again and again; somebody is always ready to take over. */
export class CrashSite {
  readonly crashed: Edge[] = [];
  private readonly workers: Workers;
  private starting: Promise<unknown> = Promise.resolve();
  private api: Promise<Program>;

  private constructor(
    readonly house: FaultHouse,
    private readonly gates: Gates,
  ) {
    this.workers = new Workers(house);
    this.api = house.house.startApi();
    void this.api.catch(() => undefined); // whoever waits for it hears of it
  }

  static async open(house: FaultHouse): Promise<CrashSite> {
    const site = new CrashSite(house, await Gates.build(house.house.database.adminUrl));
    site.startOne();
    await site.starting;
    for (const name of house.house.clusters.keys()) await house.house.untilHealth(name, 'ok');
    site.startOne();
    return site;
  }

  gate(edge: Edge, runId: string): Promise<Gate> {
    return this.gates.close(edge, runId);
  }

  /** A held run, unless it is told otherwise, whose id is known before it is requested. */
  async request(runId = newId(), pipeline = 'held'): Promise<string> {
    await this.house.house.request({ runId, pipeline });
    this.house.acknowledged.push(runId);
    return runId;
  }

  /** Kills whoever is about to commit this change, just before; another one goes on. */
  async crashAt(edge: Edge, runId: string, provoke: () => unknown = () => undefined): Promise<void> {
    await this.crashAtEach([edge], runId, provoke);
  }

  /** The same at several changes, each of which the successor of the one before reaches. */
  async crashAtEach(edges: readonly Edge[], runId: string, provoke: () => unknown = () => undefined): Promise<void> {
    const gates = [];
    for (const edge of edges) gates.push({ edge, gate: await this.gates.close(edge, runId) });
    await provoke();
    for (const { edge, gate } of gates) await this.killAt(edge, gate);
  }

  async killAt(edge: Edge, gate: Gate): Promise<void> {
    await this.killWorker(await gate.reached());
    await gate.open();
    this.crashed.push(edge);
  }

  /** A worker that is connected under this name; the next one is ready by then. */
  async killWorker(name: string): Promise<void> {
    await this.starting;
    await this.workers.kill(name);
    this.startOne();
  }

  leader(): Promise<string | undefined> {
    return this.workers.leader();
  }

  /** The last words of whoever leads, for a failure that nobody has seen coming. */
  async lastWords(): Promise<string> {
    const name = await this.leader();
    return name === undefined ? 'nobody leads' : this.workers.get(name).lines.slice(-15).join('\n');
  }

  /** Kills the API process just before it commits that a run is cancelled, then asks again. */
  async crashCancelAt(edge: Edge, runId: string): Promise<void> {
    const gate = await this.gates.close(edge, runId);
    const api = await this.api;
    const answer = this.askToCancel(api, runId);
    await this.killApiAt(edge, gate, api);
    await answer;
    await this.askToCancel(await this.api, runId);
  }

  /** The same when an operator gives a dead letter another chance. */
  async crashRequeueAt(edge: Edge, runId: string): Promise<void> {
    const gate = await this.gates.close(edge, runId);
    const api = await this.api;
    const answer = this.askToRequeue(api, runId);
    await this.killApiAt(edge, gate, api);
    await answer;
    const status = await this.askToRequeue(await this.api, runId);
    if (status !== 202) throw new Error(`the requeue was answered with ${String(status)}`);
  }

  private askToRequeue(api: Program, runId: string): Promise<number | null> {
    const office = new OfficeClient(String(api.ready['address']), this.house.house.config.IDENTITY_KEY);
    return office.post(`/dead-letters/${runId}/requeue`, { reason: 'it was mended' }).then(
      ({ status }) => status,
      () => null,
    );
  }

  askToCancel(api: Program, runId: string): Promise<number | null> {
    const { workspaceId, config } = this.house.house;
    const identity = new IdentitySigner(config.IDENTITY_KEY).sign({
      ...{ kind: 'user', id: 'anna', workspaceId, scopes: ['runs:read', 'runs:write'] },
    });
    const url = `${String(api.ready['address'])}/v1/runs/${runId}/cancel`;
    return fetch(url, { method: 'POST', headers: { [IDENTITY_HEADER]: identity } }).then(
      (response) => response.status,
      () => null,
    );
  }

  /** The API process, and what takes its place. */
  currentApi(): Promise<Program> {
    return this.api;
  }

  async killApiAt(edge: Edge, gate: Gate, api: Program): Promise<void> {
    await gate.reached();
    await api.kill();
    this.api = this.house.house.startApi();
    await gate.open();
    this.crashed.push(edge);
  }

  private startOne(): void {
    this.starting = this.workers.start();
    void this.starting.catch(() => undefined); // the next kill hears of it
  }

  /** Every fault is lifted and every cluster well. */
  async calm(): Promise<void> {
    const { house } = this.house;
    for (const [name, cluster] of house.clusters) {
      await this.house.proxy(name).clear();
      await cluster.admin('POST', '/controller/start');
    }
    await this.house.proxy('store').clear();
    // One that has fallen again and again is believed later each time.
    for (const name of house.clusters.keys()) await house.untilHealth(name, 'ok', BACK_MS);
  }

  async untilAttempt(runId: string, epoch: number, ...states: readonly string[]): Promise<void> {
    await until(`epoch ${epoch} is ${states.join(' or ')}`, async () =>
      (await this.house.house.attempts(runId)).some((attempt) => attempt.epoch === epoch && states.includes(attempt.state)),
    );
  }

  /** What the cluster itself says of an attempt's workflow, whoever else can reach it. */
  async untilWorkflow(runId: string, epoch: number, cluster: string, phase: string): Promise<void> {
    const [attempt] = (await this.house.house.attempts(runId)).filter((one) => one.epoch === epoch);
    await until(`${attempt?.workflow ?? ''} is ${phase}`, async () =>
      (await this.house.house.cluster(cluster).workflows()).some((one) => one.name === attempt?.workflow && one.phase === phase),
    );
  }

  async close(): Promise<void> {
    await Promise.allSettled([this.starting, this.api]);
    await this.gates.end();
  }
}
