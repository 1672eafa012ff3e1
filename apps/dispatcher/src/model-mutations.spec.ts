import { check } from './testing/model/check';
import { TAMPERINGS } from './testing/model/tampering';
import { Violation } from './testing/model/violation';

const SEED = 1;
/** As many as the check itself plays. Most are found within a hundred; two that take a race, or a sleep at the wrong moment, in 2,000. */
const SCHEDULES_MAX = 10_000;

describe('the model check finds it when', () => {
  it.each(Object.entries(TAMPERINGS))('%s', async (_what, { tampering, breaks }) => {
    const found = await check({ seed: SEED, runs: SCHEDULES_MAX, tampering, isMadeSmall: false });
    expect(found?.error).toBeInstanceOf(Violation);
    expect(breaks).toContain(found?.error instanceof Violation ? found.error.rule : null);
  });
});
