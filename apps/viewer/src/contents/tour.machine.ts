export const TOUR_STATES = ['idle', 'travelling', 'dwelling', 'paused', 'ended'] as const;
export type TourState = (typeof TOUR_STATES)[number];

/** `hold`: begins at the first stop and waits there. `dwelt`: was long enough at a stop. `finish`: the last one was left. */
export const TOUR_EVENTS = ['begin', 'hold', 'play', 'pause', 'arrive', 'dwelt', 'finish', 'next', 'previous', 'stop'] as const;
export type TourEvent = (typeof TOUR_EVENTS)[number];

/** Total: a new state or event does not compile until each cell is decided. `ignore` is a timer that comes late, or a second press. */
export const tourTransitions: Record<TourState, Record<TourEvent, TourState | 'ignore'>> = {
  idle: {
    ...{ begin: 'travelling', hold: 'paused', play: 'ignore', pause: 'ignore', arrive: 'ignore' },
    ...{ dwelt: 'ignore', finish: 'ignore', next: 'ignore', previous: 'ignore', stop: 'ignore' },
  },
  travelling: {
    ...{ begin: 'travelling', hold: 'paused', play: 'ignore', pause: 'paused', arrive: 'dwelling' },
    ...{ dwelt: 'ignore', finish: 'ignore', next: 'travelling', previous: 'travelling', stop: 'idle' },
  },
  dwelling: {
    ...{ begin: 'travelling', hold: 'paused', play: 'ignore', pause: 'paused', arrive: 'ignore' },
    ...{ dwelt: 'travelling', finish: 'ended', next: 'travelling', previous: 'travelling', stop: 'idle' },
  },
  paused: {
    ...{ begin: 'travelling', hold: 'paused', play: 'travelling', pause: 'ignore', arrive: 'ignore' },
    ...{ dwelt: 'ignore', finish: 'ignore', next: 'paused', previous: 'paused', stop: 'idle' },
  },
  ended: {
    ...{ begin: 'travelling', hold: 'paused', play: 'travelling', pause: 'ignore', arrive: 'ignore' },
    ...{ dwelt: 'ignore', finish: 'ignore', next: 'ignore', previous: 'paused', stop: 'idle' },
  },
};

/** Where a tour is. */
export interface TourPosition {
  readonly state: TourState;
  readonly stop: number;
}

export interface TourShape {
  readonly stops: number;
  readonly repeats: boolean;
}

export const IDLE: TourPosition = { state: 'idle', stop: 0 };

/** The same position where nothing follows from an event. */
export function step(at: TourPosition, event: TourEvent, shape: TourShape): TourPosition {
  const state = tourTransitions[at.state][event];
  return state === 'ignore' ? at : { state, stop: stopAfter(at, event, shape) };
}

/** What being long enough at a stop leads to. */
export function afterDwelling(stop: number, { stops, repeats }: TourShape): 'dwelt' | 'finish' {
  return stop + 1 < stops || repeats ? 'dwelt' : 'finish';
}

export function isPlaying({ state }: TourPosition): boolean {
  return state === 'travelling' || state === 'dwelling';
}

function stopAfter({ state, stop }: TourPosition, event: TourEvent, { stops, repeats }: TourShape): number {
  const last = stops - 1;
  switch (event) {
    case 'begin':
    case 'hold':
    case 'stop':
      return 0;
    case 'play':
      return state === 'ended' ? 0 : stop;
    case 'dwelt':
    case 'next':
      return stop < last ? stop + 1 : repeats ? 0 : last;
    case 'previous':
      return stop > 0 ? stop - 1 : repeats ? last : 0;
    case 'pause':
    case 'arrive':
    case 'finish':
      return stop;
  }
}
