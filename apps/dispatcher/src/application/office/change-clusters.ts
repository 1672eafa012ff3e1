import type { ChangeClusterBody } from '@stead/contracts/dispatcher';
import type { Clock } from '@stead/platform/clock';
import type { AppError } from '@stead/platform/errors';
import type { Tx } from '@stead/platform/postgres';
import { requireMatch } from '@stead/platform/revision';
import type { Audit } from './audit';
import type { KnownClusters } from './known-clusters';
import type { ConfiguredCluster, FiguresStore, OfficeWork, OperatorActor, RegistrationStore } from './ports';
import { wakeOffice } from './wake-office';
import { AS_CONFIGURED, figuresInForce, figuresOf, type ClusterFigures, type FiguresSet } from '../../domain/cluster-figures';
import { officeError } from '../../domain/office-errors';

/** Prices, room and boot times: of a registered cluster as they are, of one of the configuration in place of what stands there. */
export class ChangeClusters {
  constructor(
    private readonly work: OfficeWork,
    private readonly registrations: RegistrationStore,
    private readonly figures: FiguresStore,
    private readonly known: KnownClusters,
    private readonly audit: Audit,
    private readonly clock: Clock,
  ) {}

  /** The revision that the cluster has now. */
  async change(actor: OperatorActor, name: string, ifMatch: string | null, body: ChangeClusterBody): Promise<number> {
    return this.work.run(async (tx) => {
      const configured = this.known.configured.find((cluster) => cluster.name === name);
      const done =
        configured === undefined
          ? await this.changeRegistered(tx, name, ifMatch, body)
          : await this.changeConfigured(tx, configured, ifMatch, body);
      const { before, after, revision } = done;
      await this.audit.write(tx, actor, { action: 'cluster.change', subject: name, before: { ...before }, after: { ...after } });
      wakeOffice(tx);
      return revision;
    });
  }

  private async changeRegistered(tx: Tx, name: string, ifMatch: string | null, body: ChangeClusterBody): Promise<Done> {
    const registration = await this.known.requireRegistered(tx, name);
    requireMatch(ifMatch, registration.revision);
    const before = figuresOf(registration);
    const after = withChange(before, body, () => {
      throw officeError['cluster-not-configured'](`${name} was registered and has nothing to go back to; name a value`, {
        errors: Object.entries(body).flatMap(([key, value]) =>
          value === null ? [{ pointer: `/${key}`, detail: 'Name a value' }] : [],
        ),
      });
    });
    if (!(await this.registrations.change(tx, registration, after, this.clock.now()))) throw changedMeanwhile(name);
    return { before, after, revision: registration.revision + 1 };
  }

  private async changeConfigured(
    tx: Tx,
    cluster: ConfiguredCluster,
    ifMatch: string | null,
    body: ChangeClusterBody,
  ): Promise<Done> {
    const { name } = cluster;
    const there = (await this.figures.find(tx, name)) ?? { name, figures: AS_CONFIGURED, revision: 0 };
    requireMatch(ifMatch, there.revision);
    const revision = there.revision + 1;
    const figures = withChange<FiguresSet>(there.figures, body, () => null);
    if (!(await this.figures.set(tx, { name, figures, revision }, this.clock.now()))) throw changedMeanwhile(name);
    return { before: figuresInForce(cluster, there.figures), after: figuresInForce(cluster, figures), revision };
  }
}

interface Done {
  before: ClusterFigures;
  after: ClusterFigures;
  revision: number;
}

/** `back`: what a null in the body stands for. */
function withChange<T extends FiguresSet>(before: T, body: ChangeClusterBody, back: () => null): T {
  const next = { ...before };
  for (const [key, value] of Object.entries(body)) if (value !== undefined) Object.assign(next, { [key]: value ?? back() });
  return next;
}

export function changedMeanwhile(name: string): AppError {
  return officeError['cluster-changed'](`Somebody else has just changed ${name}; read it again`);
}
