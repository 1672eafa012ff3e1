import { freePort } from '@stead/platform/embedded';
import { until } from '@stead/testing/servers';
import { PASSWORD, RunningService, type Answer } from '../src/testing/running-service';

const LIMIT = 10;

describe('sign-in', () => {
  let service: RunningService;
  beforeAll(async () => {
    service = await RunningService.start({ objectStore: false });
    await service.signUp('owner@example.com');
    await service.signUp('neighbour@example.com');
    await until('attempts are counted', async () => {
      await signIn('probe@example.com', 'wrong');
      return (await service.parts.redis.keys('stead:sign-in:*')).length > 0;
    });
  });
  beforeEach(() => service.redis.flush());
  afterAll(() => service.stop());

  const signIn = (email: string, password: string, address = '198.51.100.7'): Promise<Answer> =>
    service.call('POST', '/v1/sessions', { email, password }, undefined, { 'x-forwarded-for': address });

  it('stops guessing at an account after ten failures, with a problem that says how long to wait', async () => {
    for (let i = 0; i < LIMIT; i += 1) expect((await signIn('owner@example.com', `guess ${i}`)).status).toBe(401);
    const refused = await signIn('owner@example.com', PASSWORD, '198.51.100.8'); // neither the password nor the address matter
    expect([refused.status, refused.body.code]).toEqual([429, 'workspaces/too-many-attempts']);
    const retryAfterS = Number(refused.headers.get('retry-after'));
    expect(retryAfterS).toBeGreaterThan(0);
    expect(retryAfterS).toBeLessThanOrEqual(15 * 60);
    expect(refused.body['retryAfterS']).toBe(retryAfterS);
    expect((await signIn('neighbour@example.com', PASSWORD)).status).toBe(201);
  });

  it('counts guesses at once one by one', async () => {
    const answers = await Promise.all(Array.from({ length: 25 }, (_, i) => signIn('owner@example.com', `guess ${i}`)));
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(LIMIT);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(25 - LIMIT);
  });

  it('forgets the failures of whoever then gets in', async () => {
    for (let round = 0; round < 2; round += 1) {
      for (let i = 0; i < LIMIT - 1; i += 1) expect((await signIn('owner@example.com', `guess ${i}`)).status).toBe(401);
      expect((await signIn('owner@example.com', PASSWORD)).status).toBe(201);
    }
  });

  it('lets an account in again when Redis was emptied', async () => {
    for (let i = 0; i < LIMIT; i += 1) await signIn('owner@example.com', `guess ${i}`);
    expect((await signIn('owner@example.com', PASSWORD)).status).toBe(429);
    await service.redis.flush();
    expect((await signIn('owner@example.com', PASSWORD)).status).toBe(201);
  });

  it('answers an address that has no account in the same words, also when it is stopped', async () => {
    const words = ({ status, body }: Answer): unknown[] => [status, body.code, body['title'], body['errors']];
    for (let i = 0; i <= LIMIT; i += 1) {
      const known = await signIn('owner@example.com', `guess ${i}`);
      const unknown = await signIn('nobody@example.com', `guess ${i}`);
      expect(words(unknown)).toEqual(words(known));
    }
  });

  it('works as long for an address that has no account', async () => {
    const fastestMs = async (email: string): Promise<number> => {
      let fastest = Infinity;
      for (let i = 0; i < 5; i += 1) {
        const startedMs = performance.now();
        expect((await signIn(email, `guess ${i}`)).status).toBe(401);
        fastest = Math.min(fastest, performance.now() - startedMs);
      }
      return fastest;
    };
    const [known, unknown] = [await fastestMs('owner@example.com'), await fastestMs('nobody@example.com')];
    // Without the hash of a password that nobody has, it would be a tenth of it.
    expect(unknown).toBeGreaterThan(known / 4);
  });
});

it('signs people in while Redis is away', async () => {
  const service = await RunningService.start({ objectStore: false, redisUrl: `redis://127.0.0.1:${await freePort()}` });
  try {
    await service.signUp('owner@example.com');
    const answers: number[] = [];
    for (let i = 0; i < LIMIT + 2; i += 1) {
      const password = i === LIMIT + 1 ? PASSWORD : `guess ${i}`;
      answers.push((await service.call('POST', '/v1/sessions', { email: 'owner@example.com', password })).status);
    }
    expect(answers).toEqual([...Array.from({ length: LIMIT + 1 }, () => 401), 201]);
  } finally {
    await service.stop();
  }
});
