export interface KeyActions {
  /** By place on the keyboard, as the keys that move. */
  readonly keys: Readonly<Record<string, () => void>>;
  /** False where there is nothing to close. */
  escape(): boolean;
}

/** Keys of the contents; whatever has a field, a dialog or a panel of its own keeps its keys. */
export function listenToContentKeys({ keys, escape }: KeyActions, signal: AbortSignal): void {
  document.addEventListener(
    'keydown',
    (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog[open]') !== null) return;
      if (event.code === 'Escape') {
        if (escape()) event.preventDefault();
        return;
      }
      const { target } = event;
      const typing =
        target instanceof Element && target.closest('input, select, textarea, video, audio, [contenteditable]') !== null;
      const act = Object.hasOwn(keys, event.code) ? keys[event.code] : undefined;
      if (typing || event.repeat || act === undefined) return;
      event.preventDefault();
      act();
    },
    { signal },
  );
}
