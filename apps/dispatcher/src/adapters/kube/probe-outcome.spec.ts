import { KubeError, type KubeErrorClass } from '@stead/platform/kube';
import { readyOutcome, writeOutcome } from './probe-outcome';

const error = (kind: KubeErrorClass, detail = 'x'): KubeError => new KubeError('onprem', kind, detail);

describe('what a probe came to', () => {
  it.each<[KubeErrorClass, string, string]>([
    ['unauthorized', 'refusal', 'refused'],
    ['forbidden', 'refusal', 'refused'],
    ['not-found', 'refusal', 'refused'],
    ['invalid', 'refusal', 'refused'],
    ['misconfigured', 'refusal', 'refused'],
    ['throttled', 'answer', 'inconclusive'],
    ['conflict', 'refusal', 'inconclusive'],
    ['conflict-exists', 'refusal', 'accepted'],
    ['expired', 'refusal', 'inconclusive'],
    ['unavailable', 'silence', 'failed'],
    ['timeout', 'silence', 'failed'],
    ['ambiguous', 'silence', 'failed'],
  ])('%s: %s to readyz, %s to a write', (kind, ready, write) => {
    expect(readyOutcome(error(kind)).kind).toBe(ready);
    expect(writeOutcome(error(kind)).kind).toBe(write);
  });

  it('is no sign of life when the cluster could not be asked', () => {
    expect(readyOutcome(error('misconfigured'))).toMatchObject({ reached: false });
    expect(readyOutcome(error('unauthorized'))).toMatchObject({ reached: true });
  });

  it('says nothing about writes when a webhook refuses every dry run, or for what nobody foresaw', () => {
    expect(writeOutcome(error('invalid', 'admission webhook "x.example" does not support dry run')).kind).toBe('inconclusive');
    expect(writeOutcome(new TypeError('a bug')).kind).toBe('inconclusive');
  });

  it('names what is wrong, at a length that people read', () => {
    expect(readyOutcome(error('unauthorized', `401 ${'x'.repeat(5_000)}`))).toMatchObject({
      detail: expect.stringMatching(/^onprem: 401 x{486,490}$/),
    });
  });
});
