import type { Clock } from '@stead/platform/clock';
import type { GiveUp } from './give-up';
import type {
  FiguresStore,
  InventoryStore,
  OfficeRunStore,
  Registration,
  RegistrationStore,
  SetFigures,
  Wish,
  WishStore,
} from './ports';
import type { UnitOfWork } from '../ports';
import { LIVE_ATTEMPT_STATES } from '../../domain/attempt.machine';
import type { Attempt } from '../../domain/run';

const ATTEMPTS_MAX = 10_000;

/** The clusters that a leader watches, as they are made and changed while it leads. */
export interface ChangingSites {
  /**
   * What is registered now, in place of what was; clusters that come or change credentials are watched anew. `set`: of those of
   * the configuration. True when one has gone.
   */
  apply(
    registered: readonly Registration[],
    set: ReadonlyMap<string, SetFigures>,
    wishes: ReadonlyMap<string, Wish>,
  ): Promise<boolean>;
  names(): string[];
}

/**
 * Makes the leader do what operators want: it watches the clusters that are registered now and gives no work to those that are
 * closed. What it had placed at the very moment in which a cluster was closed is given back.
 */
export class ObeyWishes {
  private wanted = '';
  private tidy = false;

  constructor(
    private readonly work: UnitOfWork,
    private readonly registrations: RegistrationStore,
    private readonly figures: FiguresStore,
    private readonly wishes: WishStore,
    private readonly office: OfficeRunStore,
    private readonly inventories: InventoryStore,
    private readonly giveUp: GiveUp,
    private readonly sites: ChangingSites,
    private readonly clock: Clock,
  ) {}

  /** Before anything else of a term. */
  async begin(): Promise<void> {
    await this.look();
  }

  /** True when something else is wanted than at the turn before. */
  async turn(): Promise<boolean> {
    const before = this.wanted;
    const { wishes, gone } = await this.look();
    // What earlier terms have left of others goes with the first turn.
    if (gone || !this.tidy) await this.work.run((tx) => this.inventories.keepOnly(tx, this.sites.names()));
    this.tidy = true;
    for (const wish of wishes) {
      if (wish.wish === 'lost') await this.giveUpLater(wish, LIVE_ATTEMPT_STATES, `an operator has declared ${wish.name} lost`);
      if (wish.wish === 'draining') await this.giveUpLater(wish, ['reserved'], `${wish.name} is being emptied`);
    }
    return this.wanted !== before;
  }

  private async look(): Promise<{ wishes: Wish[]; gone: boolean }> {
    const { registered, set, wishes } = await this.work.read(async (tx) => ({
      registered: await this.registrations.list(tx),
      set: await this.figures.list(tx),
      wishes: await this.wishes.list(tx),
    }));
    this.wanted = [
      ...registered.map((one) => `${one.name} ${one.revision}`),
      ...set.map((one) => `figures of ${one.name} ${one.revision}`),
      ...wishes.map((one) => `${one.name} ${one.wish}`),
    ]
      .sort()
      .join();
    const gone = await this.sites.apply(registered, byName(set), byName(wishes));
    return { wishes, gone };
  }

  /** What was there before was dealt with by the order itself; what was taken back after it is better than what would begin. */
  private async giveUpLater({ name, wishedAt }: Wish, states: readonly Attempt['state'][], why: string): Promise<void> {
    const late = (await this.work.read((tx) => this.office.attemptsOn(tx, name, states, ATTEMPTS_MAX))).filter(
      ({ reservedAt }) => reservedAt > wishedAt,
    );
    for (const attempt of late) await this.work.run((tx) => this.giveUp.run(tx, attempt, states, why, this.clock.now()));
  }
}

function byName<T extends { name: string }>(all: readonly T[]): Map<string, T> {
  return new Map(all.map((one) => [one.name, one]));
}
