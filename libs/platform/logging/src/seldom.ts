/**
 * What comes many times a second while something is down is said the first time, and then at most every `everyMs` with how
 * often it came since.
 */
export function seldom<T>(
  everyMs: number,
  say: (what: T, times: number) => void,
  now: () => number = () => performance.now(),
): (what: T) => void {
  let saidMs = -Infinity;
  let times = 0;
  return (what) => {
    times += 1;
    if (now() - saidMs < everyMs) return;
    saidMs = now();
    say(what, times);
    times = 0;
  };
}
