import { loop, type Loop } from '@stead/platform/lifecycle';
import type { ServiceParts } from '@stead/platform/service';
import type { LiveSites } from './adapters/kube/live-sites';
import { PostgresAttemptStore } from './adapters/postgres/attempt.store';
import {
  PostgresInventoryStore,
  PostgresRegistrationStore,
  PostgresSnapshotStore,
  PostgresWishStore,
} from './adapters/postgres/office/cluster.stores';
import { PostgresFiguresStore } from './adapters/postgres/office/figures.store';
import { PostgresUsageStore } from './adapters/postgres/office/record.stores';
import { PostgresOfficeRunStore } from './adapters/postgres/office/run.store';
import { PostgresRunStore } from './adapters/postgres/run.store';
import { GiveUp } from './application/office/give-up';
import { ObeyWishes } from './application/office/obey-wishes';
import { RecordUsage } from './application/office/record-usage';
import type { Lifecycles } from './application/move-run';
import type { UnitOfWork } from './application/ports';
import type { TakeSnapshot } from './application/take-snapshot';
import type { DispatcherConfig } from './config';
import type { Policy } from './domain/policy';

const OBEY_MS = 1_000;
const RECORD_MS = 2_000;
const THIN_MS = 600_000;

type Turn = () => Promise<boolean | void>;

/** What the back office has to do with a leader: it obeys operators, and writes down what they look at. */
export class OfficeTerm {
  private readonly obey: ObeyWishes;

  constructor(
    private readonly parts: ServiceParts<DispatcherConfig>,
    private readonly work: UnitOfWork,
    private readonly sites: LiveSites,
    lifecycles: Lifecycles,
  ) {
    const giveUp = new GiveUp(new PostgresRunStore(), new PostgresAttemptStore(), lifecycles);
    this.obey = new ObeyWishes(
      ...([work, new PostgresRegistrationStore(), new PostgresFiguresStore(), new PostgresWishStore()] as const),
      ...([new PostgresOfficeRunStore(), new PostgresInventoryStore(), giveUp, sites, parts.clock] as const),
    );
  }

  /** Before anything looks at the clusters: one that is registered and not known yet would be taken for one that is gone. */
  begin(): Promise<void> {
    return this.obey.begin();
  }

  /** `onChange`: something else is wanted, and everything may be decided otherwise. `ifBegun`: nothing is done before. */
  loops(
    snapshots: TakeSnapshot,
    policy: Policy,
    onChange: () => void,
    ifBegun: (turn: Turn) => Turn,
  ): { obeying: Loop; all: Loop[] } {
    const { logger, clock } = this.parts;
    const record = new RecordUsage(
      ...([this.work, () => this.sites.all(), snapshots, new PostgresOfficeRunStore(), new PostgresInventoryStore()] as const),
      ...([new PostgresSnapshotStore(), new PostgresUsageStore(), policy, clock] as const),
    );
    const obey = async (): Promise<void> => {
      if (await this.obey.turn()) onChange();
    };
    const turn = (name: string, idleMs: number, work: Turn): Loop => loop(name, logger, idleMs, ifBegun(work));
    const obeying = turn('obey', OBEY_MS, obey);
    return {
      obeying,
      all: [obeying, turn('record', RECORD_MS, () => record.turn()), turn('thin', THIN_MS, () => record.thin())],
    };
  }
}
