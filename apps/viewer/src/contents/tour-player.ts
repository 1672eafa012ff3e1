import { fill } from '../words';
import type { Tour } from './catalogue';
import { fresh } from './media';
import { viewOfStop } from './places';
import { homeOf, type Room } from './room';
import { said, textOf } from './said';
import { TourBar } from './tour-bar';
import { afterDwelling, IDLE, isPlaying, step, type TourEvent, type TourPosition } from './tour.machine';

export interface TourEvents {
  /** The hotspot of the present stop. */
  onStop(hotspotId: string | null): void;
  /** The last stop was left: the whole tour was seen. */
  onEnd(tourId: string): void;
}

const SECOND_MS = 1_000;
/** A sound that never ends must not hold a tour up for ever. */
const SOUND_WAIT_MAX_S = 600;

/** Leads through a tour: flies, waits, reads out. The machine says what follows; this keeps time and shows it. */
export class TourPlayer {
  private readonly bar: TourBar;
  private audio = document.createElement('audio');
  private tour: Tour | null = null;
  private at: TourPosition = IDLE;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private opener: HTMLElement | null = null;

  constructor(
    into: HTMLElement,
    private readonly room: Room,
    private readonly events: TourEvents,
  ) {
    this.bar = new TourBar(into, {
      playOrPause: () => this.playOrPause(),
      next: () => this.dispatch('next'),
      previous: () => this.dispatch('previous'),
      stop: () => this.stop(),
      details: (opener) => this.details(opener),
    });
    const stopListening = room.viewer?.onHands(() => this.pause());
    room.signal.addEventListener('abort', () => {
      stopListening?.();
      clearTimeout(this.timer);
      this.audio.pause();
      this.bar.remove();
    });
  }

  get active(): boolean {
    return this.tour !== null;
  }

  /** Begins a tour, or goes on with it; where less motion is wished for, it waits at each stop until it is told to play. */
  play(tour: Tour, opener: HTMLElement | null): void {
    if (this.tour?.id === tour.id) return void (isPlaying(this.at) || this.dispatch('play'));
    this.tour = tour;
    this.opener = opener;
    this.at = IDLE;
    const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
    this.dispatch(still ? 'hold' : 'begin');
    this.bar.focus();
  }

  playOrPause(): void {
    this.dispatch(isPlaying(this.at) ? 'pause' : 'play');
  }

  pause(): void {
    if (isPlaying(this.at)) this.dispatch('pause');
  }

  next(): void {
    this.dispatch('next');
  }

  previous(): void {
    this.dispatch('previous');
  }

  stop(): void {
    const hadFocus = this.bar.hasFocus;
    this.dispatch('stop');
    if (!hadFocus) return;
    const there = this.opener !== null && this.opener.isConnected && this.opener.getClientRects().length > 0;
    (there ? this.opener : homeOf(this.room))?.focus({ preventScroll: true });
  }

  rewrite(): void {
    this.write();
  }

  private dispatch(event: TourEvent): void {
    const { tour } = this;
    if (tour === null) return;
    const before = this.at;
    this.at = step(before, event, { stops: tour.stops.length, repeats: tour.repeats });
    if (this.at === before) return;
    clearTimeout(this.timer);
    if (this.at.state === 'idle') return this.leave();
    this.enter(tour, before);
    this.write();
  }

  private enter(tour: Tour, before: TourPosition): void {
    const { state, stop } = this.at;
    const shown = tour.stops[stop];
    if (shown === undefined) return;
    const elsewhere = before.state === 'idle' || before.stop !== stop;
    if (elsewhere) {
      this.speak(shown.audioMediaId);
      this.events.onStop(shown.hotspotId);
    }
    if (state === 'travelling' || (state === 'paused' && elsewhere)) this.fly(tour);
    if (state === 'travelling') this.later(tour.travelS, 'arrive');
    if (state === 'dwelling') this.dwell(tour, shown.dwellS);
    if (state === 'ended') this.events.onEnd(tour.id);
    if (isPlaying(this.at))
      void this.audio.play().catch(() => undefined); // without a file, or before any gesture
    else this.audio.pause();
  }

  private fly(tour: Tour): void {
    const stop = tour.stops[this.at.stop];
    const view = stop === undefined ? null : viewOfStop(stop, this.room);
    if (view !== null) this.room.viewer?.goTo(view, tour.travelS);
  }

  /** As long as the tour says, and until what is read out has been read out. */
  private dwell(tour: Tour, dwellS: number, waitedS = 0): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      const leftS = this.audio.paused ? 0 : this.audio.duration - this.audio.currentTime;
      if (leftS > 0 && waitedS < SOUND_WAIT_MAX_S) return this.dwell(tour, leftS, waitedS + dwellS);
      this.dispatch(afterDwelling(this.at.stop, { stops: tour.stops.length, repeats: tour.repeats }));
    }, dwellS * SECOND_MS);
  }

  private later(seconds: number, event: TourEvent): void {
    this.timer = setTimeout(() => this.dispatch(event), seconds * SECOND_MS);
  }

  private speak(mediaId: string | null): void {
    const file = this.room.catalogue.media(mediaId);
    this.audio.pause();
    this.audio = document.createElement('audio'); // one for each stop: what watched over the last one goes with it
    if (file !== null) fresh(this.audio, file, this.room.words.sound, this.room);
  }

  private leave(): void {
    this.tour = null;
    this.audio.pause();
    this.bar.hide();
    this.events.onStop(null);
  }

  private details(opener: HTMLElement): void {
    const hotspot = this.room.catalogue.find('hotspot', this.tour?.stops[this.at.stop]?.hotspotId ?? null);
    if (hotspot !== null) this.room.open(hotspot, opener);
  }

  private write(): void {
    const { tour, at, room } = this;
    if (tour === null) return;
    const { words, language, catalogue } = room;
    const stop = tour.stops[at.stop];
    const hotspot = catalogue.find('hotspot', stop?.hotspotId ?? null);
    const narration = said(stop?.narration ?? null, language);
    const name = textOf(hotspot?.title ?? null, language) || words.stopUnnamed;
    const place = fill(words.stopOf, { stop: String(at.stop + 1), stops: String(tour.stops.length) });
    this.bar.write({
      words,
      state: at.state,
      playing: isPlaying(at),
      title: textOf(tour.title, language),
      heading: name,
      place,
      spoken: at.state === 'ended' ? words.tourEnded : `${place}: ${name}. ${narration?.text ?? ''}`,
      narration: narration?.text ?? '',
      narrationLanguage: narration?.language ?? language,
      progress: { value: at.stop + 1, max: tour.stops.length },
      hasDetails: hotspot !== null,
    });
  }
}
