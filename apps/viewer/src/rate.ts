/** Passes values on at a bounded rate; the last one always arrives. */
export function atMostEvery<T>(ms: number, pass: (value: T) => void): (value: T) => void {
  let latest: T;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let passedMs = -Infinity;
  return (value) => {
    latest = value;
    if (timer !== undefined) return;
    const wait = passedMs + ms - performance.now();
    const now = (): void => {
      timer = undefined;
      passedMs = performance.now();
      pass(latest);
    };
    if (wait <= 0) now();
    else timer = setTimeout(now, wait);
  };
}
