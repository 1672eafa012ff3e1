import type { PublicationStatistics } from '@stead/contracts/viewing';
import type { WorkspaceActor } from '@stead/platform/auth';
import type { Clock } from '@stead/platform/clock';
import type { SightingStore } from './ports';
import { periodOf, statisticsOf } from '../domain/statistics';

/** What an owner learns of how a publication is looked at; of one that is not theirs, what is learnt of one that nobody looks at. */
export class ReadStatistics {
  constructor(
    private readonly store: SightingStore,
    private readonly clock: Clock,
  ) {}

  async of({ workspaceId }: WorkspaceActor, publicationId: string, from?: string, to?: string): Promise<PublicationStatistics> {
    const period = periodOf(from, to, this.clock.now());
    const [sums, links] = await Promise.all([
      this.store.sums(workspaceId, publicationId, period),
      this.store.links(workspaceId, publicationId),
    ]);
    return statisticsOf(publicationId, period, sums, links);
  }
}
