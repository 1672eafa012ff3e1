import { h, icon, type IconName } from './dom';
import type { TourState } from './tour.machine';
import type { ContentWords } from './words';

export interface TourBarButtons {
  playOrPause(): void;
  next(): void;
  previous(): void;
  stop(): void;
  details(opener: HTMLElement): void;
}

export interface TourBarState {
  words: ContentWords;
  state: TourState;
  playing: boolean;
  title: string;
  heading: string;
  /** Which stop of how many. */
  place: string;
  /** Read out whenever it changes. */
  spoken: string;
  narration: string;
  narrationLanguage: string;
  progress: { value: number; max: number };
  hasDetails: boolean;
}

/** The controls of a tour and what it says. */
export class TourBar {
  private readonly heading = h('strong');
  private readonly place = h('span', { class: 'quiet' });
  private readonly narration = h('p', { class: 'narration' });
  private readonly spoken = h('p', { class: 'unseen', role: 'status', 'aria-live': 'polite' });
  private readonly progress = h('progress', { max: 1, value: 0 });
  private readonly previous: HTMLButtonElement;
  private readonly play: HTMLButtonElement;
  private readonly next: HTMLButtonElement;
  private readonly stop: HTMLButtonElement;
  private readonly details: HTMLButtonElement;
  private readonly section: HTMLElement;

  constructor(into: HTMLElement, buttons: TourBarButtons) {
    this.previous = iconButton('previous', buttons.previous);
    this.play = iconButton('play', buttons.playOrPause);
    this.next = iconButton('next', buttons.next);
    this.stop = iconButton('close', buttons.stop);
    this.details = iconButton('info', () => buttons.details(this.details));
    this.section = h(
      'section',
      { id: 'tour', hidden: true },
      this.progress,
      h('div', { class: 'said' }, h('p', { class: 'stop' }, this.heading, this.place), this.narration),
      h('div', { class: 'controls' }, this.previous, this.play, this.next, this.details, this.stop),
      this.spoken,
    );
    into.append(this.section);
  }

  get hasFocus(): boolean {
    return this.section.contains(document.activeElement);
  }

  focus(): void {
    this.play.focus({ preventScroll: true });
  }

  write(shown: TourBarState): void {
    const { words } = shown;
    this.section.hidden = false;
    document.body.dataset['tour'] = shown.state;
    this.section.dataset['state'] = shown.state;
    this.section.setAttribute('aria-label', `${words.tour}: ${shown.title}`);
    this.heading.textContent = shown.heading;
    this.place.textContent = shown.playing || shown.state === 'ended' ? shown.place : `${shown.place} · ${words.tourPaused}`;
    this.narration.textContent = shown.state === 'ended' ? words.tourEnded : shown.narration;
    this.narration.lang = shown.narrationLanguage;
    if (this.spoken.textContent !== shown.spoken) this.spoken.textContent = shown.spoken;
    this.spoken.lang = shown.narrationLanguage;
    Object.assign(this.progress, shown.progress);
    this.progress.setAttribute('aria-label', shown.place);
    this.details.hidden = !shown.hasDetails;
    name(this.previous, words.previous, 'previous');
    name(this.play, shown.playing ? words.pause : words.play, shown.playing ? 'pause' : 'play');
    name(this.next, words.next, 'next');
    name(this.details, words.details, 'info');
    name(this.stop, words.stopTour, 'close');
  }

  hide(): void {
    this.section.hidden = true;
    delete document.body.dataset['tour'];
  }

  remove(): void {
    this.hide();
    this.section.remove();
  }
}

function iconButton(image: IconName, onClick: () => void): HTMLButtonElement {
  return h('button', { type: 'button', class: 'icon', click: () => onClick() }, icon(image));
}

function name(button: HTMLButtonElement, label: string, image: IconName): void {
  button.setAttribute('aria-label', label);
  button.title = label;
  button.replaceChildren(icon(image));
}
