import { PRESETS } from '@stead/contracts/pipeline';
import { chanceBeyond, meanMs, normalQuantile, quantileMs } from './runtime';
import { predict, sizeOf, variantOf, withSample, type RuntimeModel } from './runtime-model';

/** Steps of a machine on which a step takes `atReferenceS` · size^`slope`, spread by `sigma`; sizes and spreads evenly over theirs. */
function learned(samples: number, atReferenceS: number, slope: number, sigma: number): RuntimeModel | null {
  let model: RuntimeModel | null = null;
  for (let i = 0; i < samples; i += 1) {
    const size = ((i * 0.618) % 1) * 4 - 2;
    const noise = sigma * normalQuantile(((i * 0.414) % 1) * 0.98 + 0.01);
    model = withSample(model, size, Math.exp(Math.log(atReferenceS) + slope * size + noise));
  }
  return model;
}

describe('what is known of a step', () => {
  it('before any sample is its prior, and grows with the work', () => {
    expect(predict(null, 15, 0).medianMs).toBeCloseTo(15_000);
    expect(predict(null, 15, Math.log(10)).medianMs).toBeGreaterThan(60_000);
    expect(predict(null, 15, 0).sigma).toBeGreaterThan(0.4);
  });

  it('follows machines that are twenty times faster than the prior after a few runs', () => {
    const model = learned(8, 3, 0.7, 0.2);
    expect(predict(model, 60, 0).medianMs / 3000).toBeGreaterThan(0.8);
    expect(predict(model, 60, 0).medianMs / 3000).toBeLessThan(1.35);
  });

  it('tells small work from large', () => {
    const model = learned(60, 10, 0.7, 0.2);
    for (const size of [-1.5, 0, 1.5]) {
      const truth = 10_000 * Math.exp(0.7 * size);
      expect(predict(model, 15, size).medianMs / truth).toBeGreaterThan(0.9);
      expect(predict(model, 15, size).medianMs / truth).toBeLessThan(1.1);
    }
  });

  it('knows its own spread: nine in ten stay below the ninth decile', () => {
    const model = learned(100, 10, 0.7, 0.4);
    const found = predict(model, 15, 0);
    const truth = { medianMs: 10_000, sigma: 0.4 };
    expect(1 - chanceBeyond(truth, quantileMs(found, 0.9))).toBeGreaterThan(0.85);
    expect(1 - chanceBeyond(truth, quantileMs(found, 0.9))).toBeLessThan(0.97);
    expect(meanMs(found) / meanMs(truth)).toBeCloseTo(1, 1);
  });

  it('forgets a machine that was replaced', () => {
    let model = learned(200, 100, 0.7, 0.2);
    for (let i = 0; i < 150; i += 1) model = withSample(model, 0, 10);
    expect(predict(model, 15, 0).medianMs).toBeLessThan(16_000);
  });

  it('stands up to times of nothing and sizes of nothing', () => {
    const model = withSample(withSample(null, sizeOf({ files: 0, megapixels: 0, points: null, bytes: 0 }), 0), 0, 0);
    const found = predict(model, 0, sizeOf({ files: 1, megapixels: null, points: null, bytes: 1e15 }));
    expect(Number.isFinite(found.medianMs) && Number.isFinite(found.sigma)).toBe(true);
  });
});

it('each preset is learned by itself, whatever order its members come in, and everything else together', () => {
  const backwards = Object.fromEntries(Object.entries(PRESETS.survey).reverse()) as typeof PRESETS.survey;
  expect(variantOf(backwards)).toBe('survey');
  expect(variantOf({ ...PRESETS.survey, densePx: 481 })).toBe('custom');
});
