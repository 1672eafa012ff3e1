import type { ClusterHealth } from '@stead/contracts/dispatcher';
import type { Clock } from '@stead/platform/clock';
import type { Logger } from '@stead/platform/logging';
import type { ObjectStore } from '@stead/platform/object-store';
import type { GiveUpAttempt } from './give-up-attempt';
import type { Grace } from './grace';
import { Overtaken, type Lifecycles } from './move-run';
import type { AttemptStore, RunStore, Site, Sites, UnitOfWork } from './ports';
import { LIVE_ATTEMPT_STATES } from '../domain/attempt.machine';
import { listenedMs, silentForMs } from '../domain/health';
import type { Policy } from '../domain/policy';
import type { Attempt } from '../domain/run';

/** How long the answer of the object store to "are we cut off?" is believed. */
const STORE_ASK_MS = 5_000;
/** Its client would wait and try again for half a minute, and everything that is to be minded would wait with it. */
const STORE_ANSWER_MS = 3_000;
/** Whoever is in one of these answers, whether or not it takes work. */
const ANSWERING: ReadonlySet<ClusterHealth> = new Set(['ok', 'half-open', 'degraded']);

/**
 * Acts on clusters that do not answer. What was only promised there goes elsewhere at once; what runs there becomes uncertain
 * and is given up when the grace is over. When every cluster and the object store are silent together, it is we who are cut
 * off: nothing is given up, and the silence is counted anew once somebody answers.
 */
export class MindSilence {
  isolated = false;
  private storeAskedAtMs = -Infinity;
  private storeAnswers = true;
  /** By attempt, since when its cluster answers and shows no pod of it: by a clock that stands still while nobody listens. */
  private readonly podlessSinceMs = new Map<string, number>();

  constructor(
    private readonly work: UnitOfWork,
    private readonly runs: RunStore,
    private readonly attempts: AttemptStore,
    private readonly sites: Sites,
    private readonly objects: Pick<ObjectStore, 'head'>,
    private readonly lifecycles: Lifecycles,
    private readonly giveUp: GiveUpAttempt,
    private readonly grace: Grace,
    private readonly policy: Policy,
    private readonly clock: Clock,
    private readonly logger: Logger,
    private readonly restartSilence: () => void,
  ) {}

  async turn(): Promise<void> {
    await this.askWhetherIsolated();
    const { live, uncertain } = await this.work.read(async (tx) => ({
      live: await this.attempts.inStates(tx, LIVE_ATTEMPT_STATES),
      // Once for all: a transaction for each of hundreds of attempts, every second, would hold up everything else.
      uncertain: new Set((await this.runs.inStates(tx, ['uncertain'])).map(({ id }) => id)),
    }));
    const podless = new Set(live.filter(({ state }) => state !== 'running').map(({ id }) => id));
    for (const id of this.podlessSinceMs.keys()) if (!podless.has(id)) this.podlessSinceMs.delete(id);
    for (const attempt of live) {
      const site = this.sites.get(attempt.cluster);
      try {
        const isUncertain = uncertain.has(attempt.runId);
        if (site === null || site.health.state === 'open') await this.silent(site, attempt, isUncertain);
        else if (ANSWERING.has(site.health.state)) await this.answers(site, attempt, isUncertain);
      } catch (error) {
        if (!(error instanceof Overtaken)) throw error;
      }
    }
  }

  private async silent(site: Site | null, attempt: Attempt, isUncertain: boolean): Promise<void> {
    this.podlessSinceMs.delete(attempt.id); // its pods may begin and nobody would see
    if (this.isolated) return;
    const silentForMs = site === null ? Infinity : this.silenceOf(site);
    // Nothing of these has begun as far as anybody knows: waiting for the cluster would only cost time.
    const onlyPromised = attempt.state === 'reserved' || attempt.state === 'intent';
    // A cluster that has begun to answer again, if not for long enough, loses nothing more; nor does one whose silence a leader
    // that has just begun knows from its predecessor alone.
    const mayBeLost = silentForMs >= this.policy.lostGraceMs && (site === null || site.health.silenceProven);
    if (onlyPromised || (mayBeLost && silentForMs >= (await this.grace.of(attempt, silentForMs)))) {
      const forS = Math.round(silentForMs / 1000);
      const message =
        site === null ? `${attempt.cluster} is not configured any more` : `${site.name} has not answered for ${forS} s`;
      return this.giveUp.giveUp(attempt, { message, exclude: false });
    }
    if (!isUncertain && (attempt.state === 'created' || attempt.state === 'running')) {
      await this.work.run(async (tx) => {
        const run = await this.runs.lock(tx, attempt.runId);
        if (run === null || run.state !== 'active' || run.epoch !== attempt.epoch) return;
        await this.lifecycles.moveRun(tx, run, 'silence', {
          why: `${attempt.cluster} does not answer; its work may still go on there.`,
          etaS: null,
        });
      });
    }
  }

  private async answers(site: Site, attempt: Attempt, isUncertain: boolean): Promise<void> {
    if (this.isStuck(site, attempt)) {
      site.refusedTrial(`no pod of ${attempt.workflow} has begun`);
      const forS = Math.round(this.policy.unscheduledMs / 1000);
      return this.giveUp.giveUp(attempt, { message: `no pod of it has begun on ${site.name} for ${forS} s`, exclude: true });
    }
    if (!isUncertain || (attempt.state !== 'created' && attempt.state !== 'running')) return;
    await this.work.run(async (tx) => {
      const run = await this.runs.find(tx, attempt.runId);
      if (run?.state !== 'uncertain' || run.epoch !== attempt.epoch) return;
      const locked = await this.runs.lock(tx, attempt.runId);
      if (locked !== null) await this.lifecycles.moveRun(tx, locked, 'answer', { why: attempt.why });
    });
  }

  /**
   * The cluster answers and starts no pod of it: it takes no workflows, its room went to others, or its workflow controller is
   * down. Worth leaving only for a cluster that is well.
   */
  private isStuck(site: Site, attempt: Attempt): boolean {
    if (attempt.state === 'running') return false;
    const nowMs = listenedMs(site.health);
    const sinceMs = this.podlessSinceMs.get(attempt.id) ?? nowMs;
    this.podlessSinceMs.set(attempt.id, sinceMs);
    const limitMs = this.policy.unscheduledMs + 2 * site.bootMs;
    const others = this.sites.all().some((other) => other.name !== site.name && other.health.state === 'ok');
    return others && nowMs - sinceMs > limitMs;
  }

  private silenceOf(site: Site): number {
    return silentForMs(site.health, this.clock.monotonicMs()) ?? 0;
  }

  private async askWhetherIsolated(): Promise<void> {
    const sites = this.sites.all();
    if (!isDark(sites)) return this.setIsolated(false);
    if (this.clock.monotonicMs() - this.storeAskedAtMs >= STORE_ASK_MS) {
      this.storeAskedAtMs = this.clock.monotonicMs();
      this.storeAnswers = await inTime(this.objects.head('health/isolation'), STORE_ANSWER_MS);
    }
    this.setIsolated(!this.storeAnswers);
  }

  private setIsolated(isolated: boolean): void {
    if (isolated === this.isolated) return;
    this.isolated = isolated;
    this.logger.warn(
      { isolated },
      isolated ? 'no cluster and no object store answers; nothing is given up' : 'no longer cut off',
    );
    if (!isolated) this.restartSilence();
  }
}

/** Nobody answers, whatever that is called; and somebody should: a cluster whose credentials are unreadable is not even asked. */
function isDark(sites: readonly Site[]): boolean {
  const silent = sites.filter(({ health }) => health.state === 'open' || health.state === 'suspect');
  return silent.length > 0 && sites.every(({ health }) => health.answersSinceMs === null);
}

async function inTime(answer: Promise<unknown>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  const came = answer.then(
    () => true,
    () => false,
  );
  return Promise.race([came, late]).finally(() => clearTimeout(timer));
}
