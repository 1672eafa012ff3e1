import { ClusterClient } from '@stead/platform/kube';
import { LogSources, type LogSource } from '../../application/ports';
import type { WatchedConfig } from './site-config';

type Connection = Pick<WatchedConfig, 'name' | 'kubeconfig' | 'context' | 'namespace'>;

/** Clients of the API process, made when somebody reads a live log for the first time. */
export class ClusterLogSources extends LogSources {
  private readonly clients = new Map<string, { client: ClusterClient; version: number }>();

  /** `registered`: a cluster that no configuration names, with what tells its credentials from earlier ones. */
  constructor(
    private readonly sites: readonly Connection[],
    private readonly registered: (name: string) => Promise<(Connection & { version: number }) | null>,
  ) {
    super();
  }

  async of(cluster: string): Promise<LogSource | null> {
    const configured = this.sites.find((candidate) => candidate.name === cluster);
    const site = configured === undefined ? await this.registered(cluster) : { ...configured, version: 0 };
    const known = this.clients.get(cluster);
    if (known?.version === site?.version && known !== undefined) return known.client;
    known?.client.close();
    this.clients.delete(cluster);
    if (site === null) return null;
    const { name, kubeconfig, context, namespace, version } = site;
    const client = new ClusterClient({ name, kubeconfig, namespace, ...(context === undefined ? {} : { context }) });
    this.clients.set(cluster, { client, version });
    return client;
  }

  close(): void {
    for (const { client } of this.clients.values()) client.close();
  }
}
