import { Sites, type Site } from '../../application/ports';
import type { ClusterSite } from './cluster-site';

export class ClusterSites extends Sites {
  constructor(private readonly sites: readonly ClusterSite[]) {
    super();
  }

  all(): readonly ClusterSite[] {
    return this.sites;
  }

  get(name: string): Site | null {
    return this.sites.find((site) => site.name === name) ?? null;
  }
}
