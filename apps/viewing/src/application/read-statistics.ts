import {
  TOP_HOTSPOTS_MAX,
  type PublicationStatistics,
  type ViewedPublication,
  type WorkspaceStatistics,
  type WorkspaceStatisticsQuery,
} from '@stead/contracts/viewing';
import type { WorkspaceActor } from '@stead/platform/auth';
import type { Clock } from '@stead/platform/clock';
import type { SightingStore, ViewedAfter } from './ports';
import { periodOf, statisticsOf, viewedPublication, workspaceStatisticsOf } from '../domain/statistics';

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

  /** Of all publications together, or of one. */
  async ofWorkspace(
    { workspaceId }: WorkspaceActor,
    { from, to, publicationId }: WorkspaceStatisticsQuery,
  ): Promise<WorkspaceStatistics> {
    const period = periodOf(from, to, this.clock.now());
    const sums = await this.store.workspaceSums(
      workspaceId,
      { ...period, publicationId: publicationId ?? null },
      TOP_HOTSPOTS_MAX,
    );
    return workspaceStatisticsOf(period, sums);
  }

  /** One more than `limit`, which tells whether there is another page. */
  async viewed(
    { workspaceId }: WorkspaceActor,
    { from, to }: { from?: string | undefined; to?: string | undefined },
    after: ViewedAfter | null,
    limit: number,
  ): Promise<ViewedPublication[]> {
    const period = periodOf(from, to, this.clock.now());
    return (await this.store.viewed(workspaceId, period, after, limit + 1)).map(viewedPublication);
  }
}
