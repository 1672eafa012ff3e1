import {
  afterDwelling,
  IDLE,
  isPlaying,
  step,
  TOUR_EVENTS,
  TOUR_STATES,
  tourTransitions,
  type TourPosition,
  type TourState,
} from './tour.machine';

const shape = { stops: 3, repeats: false };

describe('the states of a tour', () => {
  it.each(TOUR_STATES.flatMap((state) => TOUR_EVENTS.map((event) => [state, event] as const)))(
    '%s on %s goes where the table says, to a stop that there is',
    (state, event) => {
      for (const repeats of [false, true]) {
        for (const stop of [0, 1, 2]) {
          const before: TourPosition = { state, stop };
          const after = step(before, event, { ...shape, repeats });
          const want = tourTransitions[state][event];
          if (want === 'ignore') expect(after).toBe(before);
          else expect(after.state).toBe(want);
          expect([0, 1, 2]).toContain(after.stop);
        }
      }
    },
  );

  it('can all be reached, and each is left by stopping', () => {
    const seen = new Set<TourState>(['idle']);
    for (const state of seen) {
      for (const event of TOUR_EVENTS) {
        const next = tourTransitions[state][event];
        if (next !== 'ignore') seen.add(next);
      }
    }
    expect([...seen].sort()).toEqual([...TOUR_STATES].sort());
    for (const state of TOUR_STATES) expect(['idle', 'ignore']).toContain(tourTransitions[state].stop);
  });

  it('plays by itself only where somebody asked it to play', () => {
    for (const state of TOUR_STATES) {
      for (const event of TOUR_EVENTS) {
        const next = tourTransitions[state][event];
        const plays = next !== 'ignore' && isPlaying({ state: next, stop: 0 });
        if (plays && !isPlaying({ state, stop: 0 })) expect(['begin', 'play']).toContain(event);
      }
    }
  });
});

describe('a tour', () => {
  const run = (events: readonly (typeof TOUR_EVENTS)[number][], repeats = false): TourPosition =>
    events.reduce((at, event) => step(at, event, { ...shape, repeats }), IDLE);

  it.each<[string, Parameters<typeof run>, TourPosition]>([
    ['goes from stop to stop', [['begin', 'arrive', 'dwelt']], { state: 'travelling', stop: 1 }],
    ['stays at its end', [['begin', 'next', 'next', 'next']], { state: 'travelling', stop: 2 }],
    ['begins anew where it repeats', [['begin', 'next', 'next', 'next'], true], { state: 'travelling', stop: 0 }],
    ['goes backwards through its beginning where it repeats', [['hold', 'previous'], true], { state: 'paused', stop: 2 }],
    ['goes on from where it was paused', [['begin', 'next', 'arrive', 'pause', 'play']], { state: 'travelling', stop: 1 }],
    ['stays paused while somebody leafs through it', [['hold', 'next', 'next']], { state: 'paused', stop: 2 }],
    [
      'is not moved on by a timer that was set before the pause',
      [['begin', 'arrive', 'pause', 'dwelt']],
      { state: 'paused', stop: 0 },
    ],
    [
      'plays from the first stop after its end',
      [['begin', 'next', 'next', 'arrive', 'finish', 'play']],
      { state: 'travelling', stop: 0 },
    ],
  ])('%s', (_, [events, repeats], want) => expect(run(events, repeats)).toEqual(want));

  it('ends after its last stop, unless it repeats', () => {
    expect(afterDwelling(1, shape)).toBe('dwelt');
    expect(afterDwelling(2, shape)).toBe('finish');
    expect(afterDwelling(2, { ...shape, repeats: true })).toBe('dwelt');
  });
});
