import type { Clock } from '@stead/platform/clock';
import type { Tx } from '@stead/platform/postgres';
import type { Audit, Done } from './audit';
import type { GiveUp } from './give-up';
import type { KnownClusters } from './known-clusters';
import type { OfficeRunStore, OfficeWork, OperatorActor, Wish, WishStore } from './ports';
import { wakeOffice } from './wake-office';
import { LIVE_ATTEMPT_STATES } from '../../domain/attempt.machine';
import { officeError } from '../../domain/office-errors';
import type { Attempt } from '../../domain/run';

/** More than any cluster holds. */
const ATTEMPTS_MAX = 10_000;

export interface GivenUp {
  givenUp: number;
  requeued: number;
}

/** What operators want of a cluster. Holds for those of the configuration as well as for registered ones, until it is taken back. */
export class OrderClusters {
  constructor(
    private readonly work: OfficeWork,
    private readonly wishes: WishStore,
    private readonly office: OfficeRunStore,
    private readonly giveUp: GiveUp,
    private readonly known: KnownClusters,
    private readonly audit: Audit,
    private readonly clock: Clock,
  ) {}

  /** No new work there; what is there goes on. */
  async cordon(actor: OperatorActor, name: string, reason: string | undefined): Promise<void> {
    await this.order(actor, name, 'cordoned', 'cluster.cordon', reason, async () => ({ givenUp: 0, requeued: 0 }));
  }

  async uncordon(actor: OperatorActor, name: string, reason: string | undefined): Promise<void> {
    await this.order(actor, name, 'open', 'cluster.uncordon', reason, async () => ({ givenUp: 0, requeued: 0 }));
  }

  /** What was promised and not posted goes back to the queue; what runs ends there. */
  async drain(actor: OperatorActor, name: string, reason: string | undefined): Promise<void> {
    const why = `${name} is being emptied`;
    await this.order(actor, name, 'draining', 'cluster.drain', reason, (tx) => this.giveUpOn(tx, name, ['reserved'], why));
  }

  /** Its silence is final: everything that was there begins again elsewhere, at once. What comes back is swept like any orphan. */
  async declareLost(actor: OperatorActor, name: string, confirm: string, reason: string | undefined): Promise<GivenUp> {
    if (confirm !== name) {
      throw officeError['confirmation-differs'](`Type the name of the cluster, ${name}, to declare it lost`, {
        errors: [{ pointer: '/confirm', detail: `Must be exactly ${name}` }],
      });
    }
    const why = `an operator has declared ${name} lost`;
    return this.order(actor, name, 'lost', 'cluster.total-loss', reason, (tx) =>
      this.giveUpOn(tx, name, LIVE_ATTEMPT_STATES, why),
    );
  }

  private async order(
    actor: OperatorActor,
    name: string,
    wish: Wish['wish'],
    action: Done['action'],
    reason: string | undefined,
    act: (tx: Tx) => Promise<GivenUp>,
  ): Promise<GivenUp> {
    return this.work.run(async (tx) => {
      await this.known.require(tx, name);
      const before = await this.wishes.find(tx, name);
      const wishedAt = this.clock.now();
      await this.wishes.set(tx, { name, wish, reason: reason ?? null, wishedBy: actor.id, wishedAt });
      const done = await act(tx);
      await this.audit.write(tx, actor, {
        ...{ action, subject: name, reason },
        before: { wish: before?.wish ?? 'open' },
        after: { wish, ...(done.givenUp > 0 ? done : {}) },
      });
      wakeOffice(tx);
      return done;
    });
  }

  private async giveUpOn(tx: Tx, name: string, states: readonly Attempt['state'][], why: string): Promise<GivenUp> {
    const done: GivenUp = { givenUp: 0, requeued: 0 };
    for (const attempt of await this.office.attemptsOn(tx, name, states, ATTEMPTS_MAX)) {
      const outcome = await this.giveUp.run(tx, attempt, states, why, this.clock.now());
      if (outcome !== null) done.givenUp += 1;
      if (outcome === 'requeued') done.requeued += 1;
    }
    return done;
  }
}
