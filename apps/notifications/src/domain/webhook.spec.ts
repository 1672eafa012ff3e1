import fc from 'fast-check';
import { FAILING_MAX_MS, QUIET_MS, SECRETS_MAX, healthAfter, inForce, rotated, switched, type WebhookHealth } from './webhook';

const START = Date.parse('2026-01-01T00:00:00Z');
const HOUR = 3_600_000;
const well: WebhookHealth = { enabled: true, disabledReason: null, failingSince: null, lastFailedAt: null };
const secretAt = (hours: number, id = String(hours)) => ({
  ...{ id, sealed: Buffer.of(1), createdAt: new Date(START + hours * HOUR), expiresAt: null },
});

describe('how a webhook fares', () => {
  it('is disabled when all that was tried for five days has failed, and not a moment before', () => {
    let health = well;
    for (let at = 0; at < FAILING_MAX_MS; at += 24 * HOUR) {
      health = healthAfter(health, 'status', new Date(START + at));
      expect(health.enabled).toBe(true);
    }
    expect(healthAfter(health, 'timeout', new Date(START + FAILING_MAX_MS - 1)).enabled).toBe(true);
    expect(healthAfter(health, 'timeout', new Date(START + FAILING_MAX_MS))).toMatchObject({
      ...{ enabled: false, disabledReason: 'failing', failingSince: new Date(START) },
    });
  });

  it('starts anew with one success', () => {
    const failing = healthAfter(well, 'status', new Date(START));
    expect(healthAfter(failing, 'delivered', new Date(START + 1))).toEqual(well);
  });

  it('starts anew after a silence: a failure a month later is not the end of an old row', () => {
    const failing = healthAfter(well, 'status', new Date(START));
    const later = new Date(START + FAILING_MAX_MS + QUIET_MS);
    expect(healthAfter(failing, 'status', later)).toMatchObject({ enabled: true, failingSince: later });
  });

  it('ends with 410 Gone at once', () => {
    expect(healthAfter(well, 'gone', new Date(START))).toMatchObject({ enabled: false, disabledReason: 'gone' });
  });

  it('keeps the reason why it is off, whatever a last try says', () => {
    const off = switched(well, false);
    for (const outcome of ['gone', 'status', 'delivered'] as const)
      expect(healthAfter(off, outcome, new Date(START))).toMatchObject({ enabled: false, disabledReason: 'asked' });
  });

  it('is well again when its owner enables it', () => {
    expect(switched(healthAfter(well, 'gone', new Date(START)), true)).toEqual(well);
  });
});

describe('a rotation of secrets', () => {
  it('lets the old one sign for a day beside the new one', () => {
    const both = rotated([secretAt(0)], secretAt(1), 24 * HOUR);
    expect(inForce(both, new Date(START + 24 * HOUR)).map(({ id }) => id)).toEqual(['1', '0']);
    expect(inForce(both, new Date(START + 25 * HOUR)).map(({ id }) => id)).toEqual(['1']);
  });

  it('ends all others at once where no overlap is wanted', () => {
    const both = rotated([secretAt(0)], secretAt(1), 24 * HOUR);
    expect(rotated(both, secretAt(2), 0).map(({ id }) => id)).toEqual(['2']);
  });

  it('that is repeated neither shortens nor prolongs what the receiver has', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(23), { maxLength: SECRETS_MAX - 2 }), (hours) => {
        let secrets = rotated([secretAt(0, 'old')], secretAt(0, 'new'), 24 * HOUR);
        for (const [n, hour] of hours.sort((a, b) => a - b).entries())
          secrets = rotated(secrets, secretAt(hour, `repeated-${n}`), 24 * HOUR);
        const old = secrets.find(({ id }) => id === 'old');
        expect(old?.expiresAt).toEqual(new Date(START + 24 * HOUR));
      }),
    );
  });

  it('is refused when that would be more secrets than a header should carry', () => {
    let secrets = [secretAt(0)];
    for (let n = 1; n < SECRETS_MAX; n += 1) secrets = rotated(secrets, secretAt(n), 24 * HOUR) as typeof secrets;
    expect(() => rotated(secrets, secretAt(SECRETS_MAX), 24 * HOUR)).toThrow(
      expect.objectContaining({ code: 'notifications/too-many-secrets' }),
    );
    expect(rotated(secrets, secretAt(SECRETS_MAX), 0)).toHaveLength(1);
  });
});
