import { DEFAULT_BOUNCE_POLICY, bounceAfterMs, bounceExclusionMs } from './bounce';

const BOOT_P90_MS = 300_000;

describe('how long a pod that no node takes may wait', () => {
  it.each([
    ['the first one, where no node can come', { hasRun: false, canBoot: false }, 20_000],
    ['the first one, where one can', { hasRun: false, canBoot: true }, BOOT_P90_MS + 120_000],
    ['one of a later step, where no node can come', { hasRun: true, canBoot: false }, 600_000],
    ['one of a later step, where one can', { hasRun: true, canBoot: true }, 600_000],
  ])('%s', (_name, pod, want) => {
    expect(bounceAfterMs({ ...pod, bootP90Ms: BOOT_P90_MS }, DEFAULT_BOUNCE_POLICY)).toBe(want);
  });

  it('is never less than a boot, however long that takes', () => {
    expect(bounceAfterMs({ hasRun: true, canBoot: true, bootP90Ms: 1_200_000 }, DEFAULT_BOUNCE_POLICY)).toBe(1_320_000);
  });

  it('keeps the run away for a minute, then for twice as long with each time, up to a quarter of an hour', () => {
    expect([0, 1, 2, 3, 4, 99].map((earlier) => bounceExclusionMs(earlier, DEFAULT_BOUNCE_POLICY) / 1000)).toEqual([
      60, 120, 240, 480, 900, 900,
    ]);
  });
});
