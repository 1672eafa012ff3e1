import { DatabaseClock, EventualDatabaseClock } from './database-clock';

const WALL_MS = Date.parse('2026-06-01T12:00:00Z');

describe('the clock of the database', () => {
  let monotonicMs = 0;
  let databaseMs = 0;
  let tripMs = 0;
  /** The question takes `tripMs`, and the server's clock is read in the middle of that. */
  const askDatabase = (): Promise<number> => {
    pass(tripMs / 2);
    const ms = databaseMs;
    pass(tripMs / 2);
    return Promise.resolve(ms);
  };
  const clock = (): DatabaseClock => new DatabaseClock(askDatabase, { monotonicMs: () => monotonicMs });
  const pass = (ms: number): void => {
    monotonicMs += ms;
    databaseMs += ms;
  };

  beforeEach(() => {
    [monotonicMs, databaseMs, tripMs] = [1_000, WALL_MS, 0];
  });

  it('tells its time, and how much of it has passed, whatever this machine says of the time', async () => {
    const of = clock();
    tripMs = 40;
    await of.ask();
    expect(of.now().getTime()).toBe(databaseMs);
    pass(90_000);
    expect(of.now().getTime()).toBe(databaseMs);
    expect(of.monotonicMs()).toBe(monotonicMs);
  });

  it('follows a database that has another time, and not an answer that took too long to say which', async () => {
    const of = clock();
    await of.ask();
    databaseMs += 7_000;
    tripMs = 2_000;
    await of.ask();
    expect(of.now().getTime()).toBe(databaseMs - 7_000);
    tripMs = 100;
    await of.ask();
    expect(of.now().getTime()).toBe(databaseMs);
  });

  it('never goes back when its own error is put right: what happened later has no earlier time', async () => {
    const of = clock();
    tripMs = 0;
    await of.ask();
    pass(1_000);
    const before = of.now().getTime();
    databaseMs -= 400; // as if the first answer had been on its way for long
    await of.ask();
    pass(100);
    expect(of.now().getTime()).toBe(before);
    pass(1_000);
    expect(of.now().getTime()).toBe(databaseMs);
  });

  it("is this machine's until the database has answered, for who cannot wait for that", async () => {
    const machine = { now: () => new Date(0), monotonicMs: () => monotonicMs };
    const of = new EventualDatabaseClock(askDatabase, machine);
    expect(of.now().getTime()).toBe(0);
    await of.ask();
    expect(of.now().getTime()).toBe(databaseMs);
  });

  it('cannot be read before it was asked', () => {
    expect(() => clock().now()).toThrow('has not been asked');
  });
});
