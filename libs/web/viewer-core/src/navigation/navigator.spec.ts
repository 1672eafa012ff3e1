import { KeyIntent } from './key-intent';
import { Navigator, type NavigatorOptions } from './navigator';
import { PointerGestures, pinchOfWheel } from './pointer-gestures';

const options: NavigatorOptions = {
  start: { position: [1, 1, 1.6], target: [5, 1, 1.6] },
  bounds: { min: [0, 0, 0], max: [10, 8, 3] },
  units: 'metre',
  fovRadians: 1,
  reducedMotion: false,
};
const settle = (navigator: Navigator): void => {
  for (let frames = 0; navigator.advance(0.05); frames += 1) if (frames > 500) throw new Error('it never comes to rest');
};

describe('a navigator', () => {
  it('stands still until something is done, so that nothing has to be drawn', () => {
    expect(new Navigator({ ...options }).advance(0.016)).toBe(false);
  });

  it('glides to the overview and back, and comes to rest', () => {
    const navigator = new Navigator({ ...options });
    const start = navigator.pose;
    navigator.setMode('orbit');
    navigator.advance(0.016);
    const first = navigator.pose;
    settle(navigator);
    expect(navigator.pose.position[2]).toBeGreaterThan(first.position[2]);
    expect(first.position[2]).toBeGreaterThan(start.position[2]);
    navigator.reset();
    settle(navigator);
    expect(navigator.mode).toBe('walk');
    expect(navigator.pose).toEqual(start);
  });

  it('has arrived after a second, so that the picture can be drawn sharp', () => {
    const navigator = new Navigator({ ...options });
    navigator.setMode('orbit');
    for (let i = 0; i < 20; i += 1) navigator.advance(0.05);
    expect(navigator.advance(0.05)).toBe(false);
    navigator.apply({ kind: 'drag', dxPx: 100, dyPx: 0 }, 400);
    for (let i = 0; i < 20; i += 1) navigator.advance(0.05);
    expect(navigator.advance(0.05)).toBe(false);
  });

  it('is there at once for those who asked for less motion', () => {
    const navigator = new Navigator({ ...options, reducedMotion: true });
    navigator.setMode('orbit');
    navigator.advance(0.016);
    const { pose } = navigator;
    navigator.advance(0.016);
    expect(navigator.pose).toEqual(pose);
  });

  it('flies to a place in the time that is asked for, and is there at once for those who asked for less motion', () => {
    const view = { position: [8, 6, 1.6], target: [8, 8, 1.6] } as const;
    const navigator = new Navigator({ ...options });
    navigator.setMode('orbit');
    navigator.flyTo(view, 2);
    expect(navigator.mode).toBe('walk');
    for (let i = 0; i < 10; i += 1) navigator.advance(0.1);
    expect(navigator.pose.position[0]).toBeLessThan(7.9);
    settle(navigator);
    expect(navigator.pose).toEqual({ position: [8, 6, 1.6], yaw: Math.PI / 2, pitch: 0 });
    const still = new Navigator({ ...options, reducedMotion: true });
    still.flyTo(view, 60);
    still.advance(0.016);
    expect(still.pose.position).toEqual([8, 6, 1.6]);
  });

  it('stops a flight where the visitor moves, and lets him go on from there', () => {
    const navigator = new Navigator({ ...options });
    navigator.flyTo({ position: [9, 7, 1.6], target: [9, 8, 1.6] }, 4);
    for (let i = 0; i < 10; i += 1) navigator.advance(0.1);
    const { position } = navigator.pose;
    navigator.apply({ kind: 'drag', dxPx: 1, dyPx: 0 }, 400);
    settle(navigator);
    expect(navigator.pose.position).toEqual(position);
  });

  it('begins elsewhere when it is told so, and leaves a visitor alone who has moved already', () => {
    const start = { position: [2, 2, 1.6], target: [2, 8, 1.6] } as const;
    const fresh = new Navigator({ ...options });
    fresh.setStart(start);
    fresh.advance(0.016);
    expect(fresh.pose.position).toEqual([2, 2, 1.6]);
    const moved = new Navigator({ ...options });
    moved.apply({ kind: 'drag', dxPx: 5, dyPx: 0 }, 400);
    moved.setStart(start);
    settle(moved);
    expect(moved.pose.position).toEqual(options.start.position);
    moved.reset();
    settle(moved);
    expect(moved.pose.position).toEqual([2, 2, 1.6]);
  });

  it('returns on foot to where the visitor stood', () => {
    const navigator = new Navigator({ ...options });
    const keys = new KeyIntent();
    keys.press('KeyW');
    navigator.setIntent(keys.intent(false));
    for (let i = 0; i < 20; i += 1) navigator.advance(0.05);
    keys.clear();
    navigator.setIntent(keys.intent(false));
    settle(navigator);
    const walked = navigator.pose;
    expect(walked.position[0]).toBeCloseTo(1 + 1.4, 2);
    navigator.setMode('orbit');
    settle(navigator);
    navigator.setMode('walk');
    settle(navigator);
    expect(navigator.pose).toEqual(walked);
  });

  it('walks maps of unknown scale in proportion to their size', () => {
    const walked = (scale: number): number => {
      const max: [number, number, number] = [10 * scale, 8 * scale, 3 * scale];
      const start = { position: [scale, scale, scale] as const, target: [5 * scale, scale, scale] as const };
      const navigator = new Navigator({ ...options, units: 'arbitrary', bounds: { min: [0, 0, 0], max }, start });
      navigator.apply({ kind: 'pinch', factor: 1.5 }, 400);
      settle(navigator);
      return (navigator.pose.position[0] - scale) / scale;
    };
    expect(walked(100)).toBeCloseTo(walked(1), 6);
    expect(walked(1)).toBeGreaterThan(0);
  });
});

describe('keys', () => {
  it('that oppose each other cancel out, and a lost window forgets them', () => {
    const keys = new KeyIntent();
    keys.press('KeyW');
    keys.press('ArrowDown');
    expect(keys.intent(false).forward).toBe(0);
    keys.release('ArrowDown');
    expect(keys.intent(true)).toMatchObject({ forward: 1, fast: true });
    keys.clear();
    expect(keys.intent(false).forward).toBe(0);
  });

  it('that mean nothing are left to the browser', () => {
    expect(new KeyIntent().press('Tab')).toBe(false);
  });
});

describe('pointers', () => {
  const at = (pointerId: number, x: number, y: number, slide = false) => ({ pointerId, x, y, slide });

  it('one drags, one with the second button slides', () => {
    const gestures = new PointerGestures();
    gestures.down(at(1, 0, 0));
    expect(gestures.move(at(1, 3, 4))).toEqual([{ kind: 'drag', dxPx: 3, dyPx: 4 }]);
    gestures.up(1);
    gestures.down(at(1, 0, 0, true));
    expect(gestures.move(at(1, 3, 4))).toEqual([{ kind: 'slide', dxPx: 3, dyPx: 4 }]);
  });

  it('two pinch by the change of their distance', () => {
    const gestures = new PointerGestures();
    gestures.down(at(1, 0, 0));
    gestures.down(at(2, 100, 0));
    expect(gestures.move(at(2, 200, 0))).toEqual([
      { kind: 'pinch', factor: 2 },
      { kind: 'slide', dxPx: 50, dyPx: 0 },
    ]);
  });

  it('that never came down do nothing', () => {
    expect(new PointerGestures().move(at(9, 1, 1))).toEqual([]);
  });

  it('a wheel comes nearer upwards, whatever unit the browser counts in', () => {
    for (const mode of [0, 1, 2]) {
      const gesture = pinchOfWheel(-3, mode);
      expect(gesture.kind === 'pinch' && gesture.factor).toBeGreaterThan(1);
    }
    expect(pinchOfWheel(1e9, 0)).toEqual(pinchOfWheel(400, 0));
  });
});
