const KEY = 'stead.capture';

/** The capture that is being uploaded, or that waits for its map to be built: a reload of the page goes on with it. */
export function rememberedCapture(): string | null {
  return localStorage.getItem(KEY);
}

export function rememberCapture(captureId: string | null): void {
  if (captureId === null) localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, captureId);
}
