import type { RegisterClusterBody, RotateKubeconfigBody } from '@stead/contracts/dispatcher';
import type { Clock } from '@stead/platform/clock';
import type { AppError } from '@stead/platform/errors';
import type { Tx } from '@stead/platform/postgres';
import { requireMatch } from '@stead/platform/revision';
import type { SecretBox } from '@stead/platform/secret-box';
import type { Audit } from './audit';
import { changedMeanwhile } from './change-clusters';
import type { KnownClusters } from './known-clusters';
import { minifyKubeconfig } from './minify-kubeconfig';
import type {
  InventoryStore,
  OfficeRunStore,
  OfficeWork,
  OperatorActor,
  Registration,
  RegistrationStore,
  WishStore,
} from './ports';
import { wakeOffice } from './wake-office';
import type { ClusterCheck, ClusterReport, Finding } from '../cluster-check';
import type { Lifecycles } from '../move-run';
import type { RunStore } from '../ports';
import { LIVE_ATTEMPT_STATES } from '../../domain/attempt.machine';
import { officeError } from '../../domain/office-errors';

const CLOUD_ELASTIC_SLOTS = 4;
const ORPHANS_MAX = 10_000;

/** The pipelines that a cluster has to offer. */
export class Pipelines {
  constructor(readonly names: readonly string[]) {}
}

/** Clusters that operators bring: looked at before anything is stored, kept sealed, and given up only when nothing is there. */
export class RegisterClusters {
  constructor(
    private readonly work: OfficeWork,
    private readonly registrations: RegistrationStore,
    private readonly wishes: WishStore,
    private readonly inventories: InventoryStore,
    private readonly office: OfficeRunStore,
    private readonly runs: RunStore,
    private readonly known: KnownClusters,
    private readonly checker: ClusterCheck,
    private readonly secrets: SecretBox,
    private readonly pipelines: Pipelines,
    private readonly lifecycles: Lifecycles,
    private readonly audit: Audit,
    private readonly clock: Clock,
  ) {}

  /** Looks and stores nothing. A name that is taken is one of the findings. */
  async test(body: RegisterClusterBody): Promise<ClusterReport> {
    return this.look(body.name, body, body.namespace);
  }

  /** Looks at a cluster that is there, with what is stored of it. */
  async testAgain(name: string): Promise<ClusterReport> {
    const { configured } = this.known;
    const from = configured.find((cluster) => cluster.name === name);
    if (from !== undefined) {
      const { kubeconfig: path, context, namespace } = from;
      return this.check(name, { path }, context, namespace);
    }
    const registration = await this.work.run((tx) => this.known.requireRegistered(tx, name));
    return this.look(name, { kubeconfig: this.known.kubeconfigOf(registration) }, registration.namespace);
  }

  async register(actor: OperatorActor, body: RegisterClusterBody): Promise<Registration> {
    if (!this.secrets.canSeal)
      throw officeError['no-kubeconfig-key']('Set KUBECONFIG_KEY to a generated secret; kubeconfigs are stored sealed with it');
    await this.work.run((tx) => this.requireFreeName(tx, body.name));
    const report = await this.look(body.name, body, body.namespace);
    requireUsable(report);
    const registration = this.newRegistration(body, report);
    await this.work.run(async (tx) => {
      await this.registrations.lock(tx);
      await this.requireFreeName(tx, body.name);
      await this.requireNewIdentity(tx, registration);
      await this.registrations.insert(tx, registration, this.clock.now());
      await this.audit.write(tx, actor, { action: 'cluster.register', subject: body.name, after: shown(registration) });
      wakeOffice(tx);
    });
    return registration;
  }

  async rotate(actor: OperatorActor, name: string, ifMatch: string | null, body: RotateKubeconfigBody): Promise<Registration> {
    const before = await this.work.run((tx) => this.known.requireRegistered(tx, name));
    requireMatch(ifMatch, before.revision);
    const report = await this.look(name, body, before.namespace);
    requireUsable(report);
    if (!report.identities.some((identity) => before.identities.includes(identity)))
      throw officeError['cluster-is-another'](
        `${report.server ?? 'It'} is not the cluster that ${name} is; register it under a name of its own`,
      );
    const change = {
      server: report.server ?? before.server,
      identities: [...new Set([...before.identities, ...report.identities])],
      kubeconfig: this.secrets.seal(minifyKubeconfig(body.kubeconfig, body.context), name),
      credentials: before.credentials + 1,
    };
    return this.work.run(async (tx) => {
      await this.registrations.lock(tx);
      await this.requireNewIdentity(tx, { ...before, ...change });
      if (!(await this.registrations.change(tx, before, change, this.clock.now()))) throw changedMeanwhile(name);
      const after = { ...before, ...change, revision: before.revision + 1 };
      await this.audit.write(tx, actor, { action: 'cluster.rotate', subject: name, before: shown(before), after: shown(after) });
      wakeOffice(tx);
      return after;
    });
  }

  /** What was given up there is fenced: nobody will ever sweep it, and it can publish nothing. */
  async remove(actor: OperatorActor, name: string, ifMatch: string | null): Promise<void> {
    await this.work.run(async (tx) => {
      const before = await this.known.requireRegistered(tx, name);
      requireMatch(ifMatch, before.revision);
      const wish = await this.wishes.find(tx, name);
      if ((wish?.wish ?? 'open') === 'open')
        throw officeError['cluster-in-use'](`${name} still takes work; drain it first, or declare it lost`);
      const live = await this.office.attemptsOn(tx, name, LIVE_ATTEMPT_STATES, ORPHANS_MAX);
      if (live.length > 0)
        throw officeError['cluster-in-use'](`${live.length} runs are under way on ${name}; wait for them, or declare it lost`);
      const lost = await this.office.attemptsOn(tx, name, ['lost'], ORPHANS_MAX);
      for (const attempt of lost) {
        await this.runs.lock(tx, attempt.runId);
        await this.lifecycles.moveAttempt(tx, attempt, 'fence', { sweptAt: this.clock.now() });
      }
      await this.registrations.remove(tx, name);
      await this.wishes.remove(tx, name);
      const left = [...this.known.configured, ...(await this.registrations.list(tx))].map((cluster) => cluster.name);
      await this.inventories.keepOnly(tx, left);
      const after = { fenced: lost.length };
      await this.audit.write(tx, actor, { action: 'cluster.remove', subject: name, before: shown(before), after });
      wakeOffice(tx);
    });
  }

  private look(name: string, { kubeconfig: text, context }: RotateKubeconfigBody, namespace: string): Promise<ClusterReport> {
    return this.check(name, { text }, context, namespace);
  }

  private async check(
    name: string,
    kubeconfig: { path: string } | { text: string },
    context: string | undefined,
    namespace: string,
  ): Promise<ClusterReport> {
    const pipelines = this.pipelines.names;
    const others = await this.known.others(name, pipelines);
    const chosen = context === undefined ? {} : { context };
    return this.checker.check({ name, kubeconfig, ...chosen, namespace, pipelines, others });
  }

  private async requireFreeName(tx: Tx, name: string): Promise<void> {
    if (this.known.isConfigured(name) || (await this.registrations.find(tx, name)) !== null)
      throw officeError['cluster-name-taken'](`There is a cluster ${name} already; choose another name`, {
        errors: [{ pointer: '/name', detail: 'Taken' }],
      });
  }

  /** Two at once may both have found none: here one of them sees the other. */
  private async requireNewIdentity(tx: Tx, { name, identities }: Pick<Registration, 'name' | 'identities'>): Promise<void> {
    const twin = (await this.registrations.list(tx)).find(
      (other) => other.name !== name && other.identities.some((identity) => identities.includes(identity)),
    );
    if (twin !== undefined) throw officeError['cluster-already-known'](`It is the cluster that is registered as ${twin.name}`);
  }

  private newRegistration(body: RegisterClusterBody, report: ClusterReport): Registration {
    const { name, kind, namespace, pricePerGpuHour, bootSeconds } = body;
    return {
      ...{ name, kind, namespace, pricePerGpuHour, bootSeconds },
      server: report.server ?? '',
      instanceId: body.instanceId ?? null,
      identities: report.identities,
      elasticSlots: body.elasticSlots ?? (kind === 'cloud' ? CLOUD_ELASTIC_SLOTS : 0),
      kubeconfig: this.secrets.seal(minifyKubeconfig(body.kubeconfig, body.context), name),
      revision: 1,
      credentials: 1,
    };
  }
}

/** Throws what the worst finding says; the others stand beside it, each with what to do. */
export function requireUsable({ findings, usable }: ClusterReport): void {
  const errors = findings.filter(({ severity }) => severity === 'error');
  const same = errors.find(({ code }) => code === 'same-cluster');
  if (same !== undefined) throw refusal('cluster-already-known', same, errors);
  const [first] = errors;
  if (first !== undefined) throw refusal('cluster-unusable', first, errors);
  if (!usable) throw officeError['cluster-unusable']('The cluster cannot be used');
}

function refusal(name: 'cluster-already-known' | 'cluster-unusable', first: Finding, all: readonly Finding[]): AppError {
  return officeError[name](`${first.detail} ${first.fix}`, {
    errors: all.map(({ code, detail, fix }) => ({ pointer: POINTERS[code] ?? '/kubeconfig', detail: `${detail} ${fix}` })),
    extra: { finding: first.code },
  });
}

const POINTERS: Readonly<Partial<Record<Finding['code'], string>>> = { 'namespace-missing': '/namespace' };

/** For the audit: everything but what must stay secret. */
function shown({ kubeconfig: _, identities: __, ...rest }: Registration): Record<string, unknown> {
  return rest;
}
