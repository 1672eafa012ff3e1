import type { WalkIntent } from './walk';

type Direction = Exclude<keyof WalkIntent, 'fast'>;

/** By place on the keyboard, not by letter: the same fingers move under a Korean, French or Dvorak layout. */
const KEYS: Readonly<Record<string, readonly [Direction, 1 | -1]>> = {
  KeyW: ['forward', 1],
  ArrowUp: ['forward', 1],
  KeyS: ['forward', -1],
  ArrowDown: ['forward', -1],
  KeyD: ['right', 1],
  KeyA: ['right', -1],
  KeyE: ['up', 1],
  KeyQ: ['up', -1],
  ArrowLeft: ['turnLeft', 1],
  ArrowRight: ['turnLeft', -1],
  PageUp: ['tiltUp', 1],
  PageDown: ['tiltUp', -1],
};

/** The keys that are held down, as an intent. */
export class KeyIntent {
  private readonly held = new Set<string>();

  /** False for a key that moves nothing. */
  press(code: string): boolean {
    if (KEYS[code] === undefined) return false;
    this.held.add(code);
    return true;
  }

  release(code: string): boolean {
    return this.held.delete(code);
  }

  /** The window lost its focus: no release will come. */
  clear(): void {
    this.held.clear();
  }

  intent(fast: boolean): WalkIntent {
    const intent: WalkIntent = { forward: 0, right: 0, up: 0, turnLeft: 0, tiltUp: 0, fast };
    for (const code of this.held) {
      const [direction, sign] = KEYS[code] ?? ['forward', 0];
      intent[direction] = Math.max(-1, Math.min(1, intent[direction] + sign));
    }
    return intent;
  }
}
