import type { OpenedVisit, OpenVisitBody } from '@stead/contracts/viewing';
import type { Actor } from '@stead/platform/auth';
import type { Clock } from '@stead/platform/clock';
import { addressGroup, verifyPassword, type Guesses } from '@stead/platform/passwords';
import { refusalOf, type Places } from './places';
import type { VisitCounter } from './ports';
import type { Caller, RecordViews } from './record-views';
import type { ViewPublication } from './view-publication';
import { viewingError } from '../domain/errors';
import { grantOf } from '../domain/grant';
import { entryOf, passwordOf, type Place } from '../domain/place';
import type { VisitTokens } from '../domain/visit-tokens';

/** Lets somebody in, once: asks for what has to be asked, and counts. */
export class OpenVisit {
  constructor(
    private readonly places: Places,
    private readonly views: ViewPublication,
    private readonly visits: VisitTokens,
    private readonly guesses: Guesses,
    private readonly counter: VisitCounter,
    private readonly recorder: RecordViews,
    private readonly clock: Clock,
  ) {}

  async run(actor: Actor, { place: id, password }: OpenVisitBody, caller: Caller): Promise<OpenedVisit> {
    const place = await this.places.find(id);
    const now = this.clock.now();
    const knowsPassword = password !== undefined && (await this.isRight(place, id, password, caller.address));
    const entry = entryOf(place, await this.places.visitorOf(actor, place, knowsPassword), now);
    if (entry.kind === 'refuse') throw refusalOf(entry.why);
    const grant = grantOf(place, entry.mode);
    // Before it is counted: a place that cannot be shown at this moment costs no view.
    const publication = await this.views.present(place, grant);
    const { link } = place;
    if (link !== null && !(await this.counter.count(link)))
      throw viewingError['link-used-up']('Ask whoever sent the link for a new one');
    await this.recorder.opened(place, caller);
    return { visit: this.visits.issue(grant, now), publication };
  }

  /** Counted by place and visitor: whoever guesses keeps nobody else out. A password that nobody asks for is not looked at. */
  private async isRight(place: Place, id: string, password: string, address: string): Promise<boolean> {
    const hashed = passwordOf(place);
    if (hashed === null) return false;
    const subject = `${id} ${addressGroup(address)}`;
    const refusal = await this.guesses.take(subject, address);
    if (refusal !== null)
      throw viewingError['too-many-guesses'](`Wait ${refusal.retryAfterS} s before the next one`, { extra: { ...refusal } });
    if (!(await verifyPassword(hashed, password))) throw viewingError['password-wrong']();
    await this.guesses.forgive(subject, address);
    return true;
  }
}
