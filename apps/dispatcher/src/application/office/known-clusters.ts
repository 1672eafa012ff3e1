import type { Tx } from '@stead/platform/postgres';
import type { SecretBox } from '@stead/platform/secret-box';
import type { ClusterCheck, KnownCluster } from '../cluster-check';
import type { ConfiguredCluster, OfficeWork, Registration, RegistrationStore } from './ports';
import { officeError } from '../../domain/office-errors';

/** A cluster that does not answer must not hold up the registration of another. */
const LOOK_MS = 6_000;

/** The clusters of the configuration and those that were registered. The first go before the others where names meet. */
export class KnownClusters {
  constructor(
    private readonly work: OfficeWork,
    private readonly registrations: RegistrationStore,
    readonly configured: readonly ConfiguredCluster[],
    private readonly check: ClusterCheck,
    private readonly secrets: SecretBox,
  ) {}

  isConfigured(name: string): boolean {
    return this.configured.some((cluster) => cluster.name === name);
  }

  /** Throws unless the cluster is there. */
  async require(tx: Tx, name: string): Promise<void> {
    if (this.isConfigured(name)) return;
    if ((await this.registrations.find(tx, name)) === null) throw notFound(name);
  }

  /** Throws unless it was registered: what stands in the configuration is changed there. */
  async requireRegistered(tx: Tx, name: string): Promise<Registration> {
    if (this.isConfigured(name)) {
      throw officeError['cluster-from-configuration'](
        `${name} stands in CLUSTERS; change it there and start the dispatcher anew`,
      );
    }
    const registration = await this.registrations.find(tx, name);
    if (registration === null) throw notFound(name);
    return registration;
  }

  kubeconfigOf(registration: Registration): string {
    return this.secrets.open(registration.kubeconfig, registration.name);
  }

  /** Who the others are, as they say themselves; of one that is silent, what was known when it was registered. */
  async others(exceptName: string, pipelines: readonly string[]): Promise<KnownCluster[]> {
    const registered = await this.work.run((tx) => this.registrations.list(tx));
    const looks = [
      ...this.configured.map(({ name, kubeconfig, context, namespace }) => ({
        known: { name, identities: [], pipelines: {} },
        request: { name, kubeconfig: { path: kubeconfig }, ...(context === undefined ? {} : { context }), namespace },
      })),
      ...registered
        .filter(({ name }) => !this.isConfigured(name))
        .map((one) => ({
          known: { name: one.name, identities: one.identities, pipelines: {} },
          request: { name: one.name, kubeconfig: { text: this.textOf(one) }, namespace: one.namespace },
        })),
    ].filter(({ known }) => known.name !== exceptName);
    return Promise.all(
      looks.map(async ({ known, request }): Promise<KnownCluster> => {
        const report = await within(
          LOOK_MS,
          this.check.check({ ...request, pipelines, others: [] }).catch(() => null),
        );
        if (report === null) return known;
        return { ...known, identities: [...new Set([...known.identities, ...report.identities])], pipelines: report.pipelines };
      }),
    );
  }

  /** Nothing where it cannot be opened: then nobody can be asked. */
  private textOf(registration: Registration): string {
    try {
      return this.kubeconfigOf(registration);
    } catch {
      return '';
    }
  }
}

export function notFound(name: string): Error {
  return officeError['cluster-not-found'](`There is no cluster ${name.slice(0, 63)}`);
}

async function within<T>(ms: number, work: Promise<T>): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => (timer = setTimeout(() => resolve(null), ms)));
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
