import { KeyIntent } from './key-intent';
import type { Gesture, Navigator } from './navigator';
import { PointerGestures, pinchOfWheel } from './pointer-gestures';

/** What keys besides the moving ones ask for. */
export type Command = 'walk' | 'orbit' | 'reset' | 'help';

const COMMANDS: Readonly<Record<string, Command>> = { Digit1: 'walk', Digit2: 'orbit', Home: 'reset', KeyR: 'reset' };

/** Binds hands to a navigator: keyboard, mouse, touch. Returns what unbinds them. */
export function listenToHands(
  canvas: HTMLCanvasElement,
  navigator: Navigator,
  onChange: () => void,
  onCommand: (command: Command) => void,
  /** Whenever a hand moves the visitor. */
  onMove: () => void,
  /** Keys are heard from within it alone. */
  keysWithin?: HTMLElement,
): () => void {
  const stop = new AbortController();
  const options = { signal: stop.signal };
  const moved = (): void => {
    onMove();
    onChange();
  };
  listenToPointers(canvas, navigator, moved, options);
  listenToKeys(canvas, navigator, onChange, onCommand, moved, { ...options, within: keysWithin });
  return () => stop.abort();
}

function listenToPointers(
  canvas: HTMLCanvasElement,
  navigator: Navigator,
  onChange: () => void,
  options: { signal: AbortSignal },
): void {
  const gestures = new PointerGestures();
  const sample = (event: PointerEvent) => ({
    pointerId: event.pointerId,
    x: event.clientX,
    y: event.clientY,
    slide: event.button > 0 || event.ctrlKey || event.metaKey,
  });
  canvas.addEventListener(
    'pointerdown',
    (event) => {
      canvas.setPointerCapture(event.pointerId);
      gestures.down(sample(event));
    },
    options,
  );
  canvas.addEventListener(
    'pointermove',
    (event) => {
      const made = gestures.move(sample(event)).filter(isSeen);
      for (const gesture of made) navigator.apply(gesture, canvas.clientHeight);
      if (made.length > 0) onChange();
    },
    options,
  );
  for (const name of ['pointerup', 'pointercancel'] as const) {
    canvas.addEventListener(name, (event) => gestures.up(event.pointerId), options);
  }
  canvas.addEventListener('contextmenu', (event) => event.preventDefault(), options);
  canvas.addEventListener(
    'wheel',
    (event) => {
      event.preventDefault();
      navigator.apply(pinchOfWheel(event.deltaY, event.deltaMode), canvas.clientHeight);
      onChange();
    },
    { ...options, passive: false },
  );
}

function listenToKeys(
  canvas: HTMLCanvasElement,
  navigator: Navigator,
  onChange: () => void,
  onCommand: (command: Command) => void,
  onMove: () => void,
  { within, ...options }: { signal: AbortSignal; within: HTMLElement | undefined },
): void {
  const keys = new KeyIntent();
  const document = canvas.ownerDocument;
  const window = document.defaultView;
  const settle = (fast: boolean): void => {
    navigator.setIntent(keys.intent(fast));
    onChange();
  };
  document.addEventListener(
    'keydown',
    (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isBusy(document, event.target, event.code)) return;
      if (within !== undefined && !(event.target instanceof Node && within.contains(event.target))) return;
      const command = event.key === '?' ? 'help' : COMMANDS[event.code];
      if (command !== undefined) onCommand(command);
      else if (keys.press(event.code)) {
        settle(event.shiftKey);
        onMove();
      } else if (event.key === 'Shift') settle(true);
      else return;
      event.preventDefault(); // arrows and page keys would scroll the page that shows us in a frame
    },
    options,
  );
  document.addEventListener(
    'keyup',
    (event) => {
      if (keys.release(event.code) || event.key === 'Shift') settle(event.shiftKey);
    },
    options,
  );
  const forget = (): void => {
    keys.clear();
    settle(false);
  };
  window?.addEventListener('blur', forget, options);
  document.addEventListener('visibilitychange', forget, options);
}

/** Whether the key belongs to something else: an open dialog, a field, or the scrolling of a panel that has the focus. */
function isBusy(document: Document, target: EventTarget | null, code: string): boolean {
  if (document.querySelector('dialog[open]') !== null) return true;
  if (!(target instanceof Element)) return false;
  if (target.closest('input, select, textarea, video, audio, [contenteditable], [data-own-keys]') !== null) return true;
  return (code === 'Space' || code === 'Enter') && target.closest('button, a') !== null;
}

/** A finger that rests sends movements of nothing. */
function isSeen(gesture: Gesture): boolean {
  return gesture.kind === 'pinch' ? gesture.factor !== 1 : gesture.dxPx !== 0 || gesture.dyPx !== 0;
}
