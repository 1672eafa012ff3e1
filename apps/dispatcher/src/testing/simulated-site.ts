import type { LearntCloud } from '../application/machines';
import { Sites, type ClusterApi, type Site, type SiteFigures } from '../application/ports';
import { memoryOf, restoredHealth, silentForMs, trialsAllowed, type Health, type HealthMemory } from '../domain/health';
import { DEFAULT_HEALTH_POLICY } from '../domain/health-policy';
import { SimulatedCluster } from './simulated-cluster';

/** A cluster whose health is found out at the end of a simulated line; its figures are those of a cluster of which nobody knows anything else. */
export class SimulatedSite implements Site {
  readonly cluster: SimulatedCluster;
  readonly kind = 'onprem';
  readonly pricePerGpuHour = 1;
  readonly instanceId = undefined;
  readonly bootMs = 0;
  readonly bootP90Ms = 0;
  readonly reapMachines = false;
  readonly hearsWorkflows = false;
  refusedTrials = 0;

  constructor(
    readonly name: string,
    memory: HealthMemory | null,
  ) {
    const health = memory === null ? undefined : restoredHealth(memory, 0);
    this.cluster = new SimulatedCluster(DEFAULT_HEALTH_POLICY, () => 20, health);
  }

  get api(): ClusterApi {
    throw new Error('nothing is asked of a cluster by those who mind its silence');
  }
  get health(): Health {
    return this.cluster.health;
  }
  get memory(): HealthMemory {
    return memoryOf(this.health, this.cluster.nowMs);
  }
  stepRequests(): null {
    return null;
  }
  canGrow(): boolean {
    return false;
  }
  nodeDeaths(): [] {
    return [];
  }
  observe(): SiteFigures {
    return {
      ...{
        health: this.health.state,
        swept: true,
        silentForMs: silentForMs(this.health, this.cluster.nowMs),
        bootMs: 0,
        bootP90Ms: 0,
        cordoned: false,
      },
      ...{ room: null, capacityAgeMs: null, elasticSlots: 0, remainingMs: [], unproven: 0 },
      ...{ pipelines: { 'echo/photos': { demand: [], slotsTotal: 1 } }, trialsAllowed: trialsAllowed(this.health) },
      ...{ slotsFree: null, slotsTotal: null, observedAt: null },
    };
  }
  unplacedPods(): readonly [] {
    return [];
  }
  wasTakenBack(): boolean {
    return false;
  }
  cloudFigures(): null {
    return null;
  }
  learntCloud(): LearntCloud {
    throw new Error('no machines come and go here');
  }
  swept(): void {
    // The simulated cluster is swept as soon as it may be.
  }
  proved(): void {
    // Nothing runs here.
  }
  refusedTrial(): void {
    this.refusedTrials += 1;
  }
}

export class SimulatedSites extends Sites {
  constructor(private readonly sites: readonly SimulatedSite[]) {
    super();
  }
  all(): readonly SimulatedSite[] {
    return this.sites;
  }
  get(name: string): Site | null {
    return this.sites.find((site) => site.name === name) ?? null;
  }
}
