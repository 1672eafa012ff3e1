import { ClusterClient } from '@stead/platform/kube';
import { LogSources, type LogSource } from '../../application/ports';
import type { SiteConfig } from './site-config';

/** Clients of the API process, made when somebody reads a live log for the first time. */
export class ClusterLogSources extends LogSources {
  private readonly clients = new Map<string, ClusterClient>();

  constructor(private readonly sites: readonly SiteConfig[]) {
    super();
  }

  of(cluster: string): LogSource | null {
    const known = this.clients.get(cluster);
    if (known !== undefined) return known;
    const site = this.sites.find((candidate) => candidate.name === cluster);
    if (site === undefined) return null;
    const { name, kubeconfig, context, namespace } = site;
    const client = new ClusterClient({ name, kubeconfig, namespace, ...(context === undefined ? {} : { context }) });
    this.clients.set(cluster, client);
    return client;
  }

  close(): void {
    for (const client of this.clients.values()) client.close();
  }
}
