import type { Gesture } from './navigator';

export interface PointerSample {
  pointerId: number;
  x: number;
  y: number;
  /** A second mouse button, or a modifier key: slides instead of turning. */
  slide: boolean;
}

interface Finger {
  x: number;
  y: number;
  slide: boolean;
}

const FINGERS_MAX = 2;

/** What one or two pointers do, from their positions alone. A third finger is not listened to. */
export class PointerGestures {
  private readonly fingers = new Map<number, Finger>();

  get active(): boolean {
    return this.fingers.size > 0;
  }

  down({ pointerId, x, y, slide }: PointerSample): void {
    if (this.fingers.size < FINGERS_MAX) this.fingers.set(pointerId, { x, y, slide });
  }

  move({ pointerId, x, y }: PointerSample): Gesture[] {
    const finger = this.fingers.get(pointerId);
    if (finger === undefined) return [];
    const other = [...this.fingers].find(([id]) => id !== pointerId)?.[1];
    const dxPx = x - finger.x;
    const dyPx = y - finger.y;
    const spreadBefore = other === undefined ? 0 : Math.hypot(finger.x - other.x, finger.y - other.y);
    finger.x = x;
    finger.y = y;
    if (other === undefined) return [{ kind: finger.slide ? 'slide' : 'drag', dxPx, dyPx }];
    const spread = Math.hypot(x - other.x, y - other.y);
    const pinch: Gesture[] = spreadBefore > 0 && spread > 0 ? [{ kind: 'pinch', factor: spread / spreadBefore }] : [];
    // Each finger carries half of what both do together.
    return [...pinch, { kind: 'slide', dxPx: dxPx / 2, dyPx: dyPx / 2 }];
  }

  up(pointerId: number): void {
    this.fingers.delete(pointerId);
  }
}

const WHEEL_LINE_PX = 16;
const WHEEL_PAGE_PX = 400;
const WHEEL_FACTOR_PER_PX = 0.0015;

/** A wheel or a trackpad, in the units of `WheelEvent.deltaMode`, as a pinch. */
export function pinchOfWheel(deltaY: number, deltaMode: number): Gesture {
  const px = deltaY * (deltaMode === 1 ? WHEEL_LINE_PX : deltaMode === 2 ? WHEEL_PAGE_PX : 1);
  return { kind: 'pinch', factor: Math.exp(-Math.max(-WHEEL_PAGE_PX, Math.min(WHEEL_PAGE_PX, px)) * WHEEL_FACTOR_PER_PX) };
}
