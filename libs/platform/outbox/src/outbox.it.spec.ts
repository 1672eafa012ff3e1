import { randomUUID } from 'node:crypto';
import type { INestMicroservice } from '@nestjs/common';
import { Queue } from 'bullmq';
import fc from 'fast-check';
import { cancelRun, runChanged } from '@stead/contracts/dispatcher';
import { ackChannel } from '@stead/platform/queue';
import { until } from '@stead/testing/servers';
import { CrashPoint, TURN_EDGES, type TurnEdge } from './testing/crash';
import { OutboxHouse } from './testing/outbox-house';

let house: OutboxHouse;
let receiver: INestMicroservice;
let queue: Queue;

beforeAll(async () => {
  house = await OutboxHouse.open();
  receiver = await house.receiver();
  queue = new Queue('svc.notifications', { connection: house.redis, prefix: 'stead' });
});
afterAll(async () => {
  await receiver.close();
  await queue.close();
  await house.close();
});
afterEach(async () => {
  await house.stopRelays();
  await house.freshRedis.flush();
  await house.clear();
});

const started = async (crash = new CrashPoint()): Promise<CrashPoint> => {
  await house.relay(crash.in(house.database)).start();
  return crash;
};

describe('an announcement', () => {
  it('is sent when its transaction commits, and not before', async () => {
    await started();
    const id = await house.database.tx(async (tx) => {
      const added = await house.add(tx);
      const marker = await house.add(); // commits by itself, later than the row above was written
      await until('the later one has been made', async () => (await house.made(marker)) === 1);
      expect(house.deliveries).toEqual([marker]);
      return added;
    });
    await until('it has been made', async () => (await house.made(id)) === 1);
  });

  it('is never sent when its transaction rolls back', async () => {
    await started();
    let id = '';
    const failing = house.database.tx(async (tx) => {
      id = await house.add(tx);
      throw new Error('the change did not happen');
    });
    await expect(failing).rejects.toThrow('the change did not happen');
    const marker = await house.add();
    await until('a later one has been made', async () => (await house.made(marker)) === 1);
    expect(await house.made(id)).toBe(0);
    expect((await house.rows()).map((row) => row.id)).toEqual([marker]);
  });

  it('is refused at once when its payload is not what the message says', async () => {
    const bad = house.database.tx((tx) =>
      house.outbox.add(tx, randomUUID(), cancelRun, { runId: 'not an id' } as unknown as { runId: string }),
    );
    await expect(bad).rejects.toThrow(/runId/);
    expect(await house.rows()).toEqual([]);
  });

  it('is done only when all of its receivers have said so, in whatever order and however often', async () => {
    await receiver.close(); // the words are ours
    await started();
    const id = await house.database.tx((tx) =>
      house.outbox.add(tx, randomUUID(), runChanged, {
        runId: randomUUID(),
        revision: 1,
        state: 'queued',
        cluster: null,
        epoch: null,
        why: null,
        result: null,
        failure: null,
      }),
    );
    const say = (receiverName: string): Promise<number> =>
      house.redis.publish(ackChannel('dispatcher'), JSON.stringify({ id, receiver: receiverName }));
    await until('it was sent', async () => (await house.row(id)).published);
    await Promise.all([say('space-maps'), say('space-maps'), say('nobody')]);
    await until('one is left', async () => !(await house.row(id)).pending.includes('space-maps'));
    expect(await house.row(id)).toMatchObject({ done: false });
    await Promise.all([say('notifications'), say('space-maps'), say('notifications')]);
    await until('none is left', async () => (await house.row(id)).done);
    expect(await house.row(id)).toMatchObject({ pending: [], dead_reason: null });
    receiver = await house.receiver();
  });

  it('survives garbage on the channel of acknowledgements', async () => {
    await started();
    for (const garbage of ['', '{', '[]', '{"id":"x"}', `{"id":"${randomUUID()}"}`]) {
      await house.redis.publish(ackChannel('dispatcher'), garbage);
    }
    const id = await house.add();
    await until('it is done', async () => (await house.row(id)).done);
  });
});

describe('relays', () => {
  it('never send the same row twice while one of them holds it', async () => {
    const ids = await Promise.all(Array.from({ length: 40 }, () => house.add()));
    const relays = Array.from({ length: 4 }, () => house.relay());
    await Promise.all(relays.map((relay) => relay.turn()));
    await Promise.all(relays.map((relay) => relay.turn()));
    const rows = await house.rows();
    expect(rows.map((row) => row.attempts)).toEqual(ids.map(() => 1));
    await until('all were made', async () => (await Promise.all(ids.map((id) => house.made(id)))).every((count) => count === 1));
    expect([...house.deliveries].sort()).toEqual([...ids].sort());
  });

  it('send a message again when one was killed between the send and the mark, and its effect happens once', async () => {
    const crash = new CrashPoint();
    const doomed = house.relay(crash.in(house.database));
    const id = await house.add();
    crash.arm('after the send');
    await expect(doomed.turn()).rejects.toThrow('killed after the send');
    await until('the first delivery', async () => (await house.made(id)) === 1);
    expect(await house.row(id)).toMatchObject({ attempts: 0, published: false });
    await started();
    await until('it is done', async () => (await house.row(id)).done);
    expect(house.deliveries).toEqual([id, id]);
    expect(await house.made(id)).toBe(1);
  });

  it('send again what a Redis that was emptied has forgotten', async () => {
    await receiver.close(); // nobody takes it before Redis is emptied
    const relay = house.relay();
    const id = await house.add();
    await relay.turn();
    expect(await queue.getJobCountByTypes('waiting', 'prioritized', 'delayed')).toBe(1);
    await house.freshRedis.flush();
    receiver = await house.receiver();
    await relay.turn();
    expect(await queue.getJobCountByTypes('waiting', 'active')).toBe(0); // not before its time
    await house.makeDue();
    await started();
    await until('it is done', async () => (await house.row(id)).done);
    expect(house.deliveries).toEqual([id]);
    expect(await house.made(id)).toBe(1);
  });

  it('add nothing to a queue in which the message still waits', async () => {
    await receiver.close();
    const relay = house.relay();
    await house.add();
    for (let i = 0; i < 3; i += 1) {
      await relay.turn();
      await house.makeDue();
    }
    expect(await queue.getJobCountByTypes('waiting')).toBe(1);
    receiver = await house.receiver();
  });

  it('wait ever longer before they repeat themselves, from ten seconds to five minutes', async () => {
    await receiver.close();
    const relay = house.relay();
    const id = await house.add();
    const waits: number[] = [];
    for (let i = 0; i < 8; i += 1) {
      await relay.turn();
      waits.push(Math.ceil((await house.row(id)).waitS));
      await house.makeDue();
    }
    expect(waits).toEqual([10, 20, 40, 80, 160, 300, 300, 300]);
    receiver = await house.receiver();
  });

  it('let no workspace wait behind the flood of another', async () => {
    await receiver.close();
    const [loud, quiet] = [randomUUID(), randomUUID()];
    await house.database.tx(async (tx) => {
      for (let i = 0; i < 300; i += 1) await house.add(tx, loud);
    });
    const id = await house.add(undefined, quiet);
    expect(await house.relay().turn()).toBe(true); // a full batch, and more to do
    expect((await house.row(id)).attempts).toBe(1);
    expect((await house.rows()).filter((row) => row.attempts === 1)).toHaveLength(200);
    receiver = await house.receiver();
  });

  it('let nothing wait behind rows that cannot be sent or handled', async () => {
    const insert = (message: string, payload: string): Promise<{ id: string }[]> =>
      house.database.query<{ id: string }>(
        `INSERT INTO dispatcher.outbox (id, workspace_id, message, payload, request_id, pending)
         VALUES (gen_random_uuid(), gen_random_uuid(), $1, $2::jsonb, 'spec', '{notifications}') RETURNING id`,
        [message, payload],
      );
    const [unknown] = await insert('no-such.message.v9', '{}');
    const [poison] = await insert('run.progressed.v1', '{"runId":17}');
    const [unbound] = await insert('run.changed.v1', '{}');
    const id = await house.add();
    await started();
    await until('the good one is done', async () => (await house.row(id)).done);
    await until('the bad one is a dead letter', async () => (await house.row(poison?.id ?? '')).done);
    expect(await house.row(poison?.id ?? '')).toMatchObject({ dead_reason: expect.stringMatching(/runId/) as string });
    await until('so is one without a handler', async () => (await house.row(unbound?.id ?? '')).done);
    expect(await house.row(unbound?.id ?? '')).toMatchObject({ dead_reason: expect.stringMatching(/run\.changed/) as string });
    await until('both are counted', async () => (await house.deadLetters()) === 2);
    // A newer version may know it: it waits for that, and says so in the log.
    expect(await house.row(unknown?.id ?? '')).toMatchObject({ done: false, dead_reason: null });
  });

  it('give up after a bounded number of sends, and leave a dead letter that says why', async () => {
    const id = await house.add();
    await house.database.query(`UPDATE dispatcher.outbox SET attempts = 399 WHERE id = $1::uuid`, [id]);
    house.faults.push(...Array.from({ length: 5 }, () => 'throw before the work' as const));
    await started();
    await until('its quick tries are over', () => house.deliveries.length === 5);
    expect(await house.deadLetters()).toBe(0);
    await house.makeDue();
    await until('it is a dead letter', async () => (await house.row(id)).done);
    await until('it is counted', async () => (await house.deadLetters()) === 1);
    expect(await house.row(id)).toMatchObject({
      attempts: 400,
      dead_reason: expect.stringMatching(/throw before the work/) as string,
    });
    expect(await house.made(id)).toBe(0);
  });
});

describe('a crash at any edge costs nothing: sent at least once, made once', () => {
  it.each<TurnEdge>([...TURN_EDGES])('the relay is killed %s', async (edge) => {
    const crash = await started();
    crash.arm(edge);
    const ids = await Promise.all([house.add(), house.add()]);
    await until('it met its end', () => !crash.waits);
    await house.settle();
    expect(await Promise.all(ids.map((id) => house.made(id)))).toEqual([1, 1]);
  });

  it.each(['throw before the work', 'throw in the work', 'throw after the work'] as const)(
    'the receiver has to %s',
    async (fault) => {
      await started();
      house.faults.push(fault);
      const id = await house.add();
      // The queue's own next try does it: nothing is made due here, so the relay does not send it again beside that.
      await until('the next try has done it', async () => (await house.row(id)).done);
      expect(house.deliveries).toEqual([id, id]);
      expect(await house.made(id)).toBe(1);
    },
  );

  it('the acknowledgement is lost', async () => {
    await started();
    house.losses.toLose = 1;
    const id = await house.add();
    await until('the acknowledgement is lost', () => house.losses.toLose === 0);
    await house.makeDue();
    await until('it is sent again', async () => (await house.row(id)).done);
    expect(house.deliveries).toEqual([id, id]);
    expect(await house.made(id)).toBe(1);
  });

  it('whatever the order of sends, crashes, faults, losses and emptied Redis', async () => {
    const step = fc.oneof(
      { weight: 3, arbitrary: fc.record({ do: fc.constant('add' as const), commits: fc.boolean() }) },
      { weight: 4, arbitrary: fc.record({ do: fc.constant('turn' as const), edges: fc.tuple(edgeOrNone(), edgeOrNone()) }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('fault' as const), fault: fc.constantFrom('throw in the work' as const, 'throw after the work' as const) }) }, // prettier-ignore
      {
        weight: 1,
        arbitrary: fc.record({ do: fc.constantFrom('empty Redis' as const, 'lose' as const, 'time passes' as const) }),
      },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 14 }), fc.boolean(), async (steps, early) => {
        await house.clear();
        const crashes = [new CrashPoint(), new CrashPoint()];
        const relays = crashes.map((crash) => house.relay(crash.in(house.database)));
        if (early) await started();
        const [committed, undone]: [string[], string[]] = [[], []];
        for (const each of steps) {
          switch (each.do) {
            case 'add':
              if (each.commits) committed.push(await house.add());
              else {
                await house.database
                  .tx(async (tx) => {
                    undone.push(await house.add(tx));
                    throw new Error('rolled back');
                  })
                  .catch(() => undefined);
              }
              break;
            case 'turn':
              for (const [i, edge] of each.edges.entries()) if (edge !== null) crashes[i]?.arm(edge);
              await Promise.allSettled(relays.map((relay) => relay.turn()));
              break;
            case 'fault':
              house.faults.push(each.fault);
              break;
            case 'empty Redis':
              await house.freshRedis.flush();
              break;
            case 'lose':
              house.losses.toLose += 1;
              break;
            case 'time passes':
              await house.makeDue();
              break;
          }
        }
        if (!early) await started();
        await house.settle();
        expect(await Promise.all(committed.map((id) => house.made(id)))).toEqual(committed.map(() => 1));
        expect(await Promise.all(undone.map((id) => house.made(id)))).toEqual(undone.map(() => 0));
        await house.stopRelays();
      }),
      { numRuns: 20, interruptAfterTimeLimit: 12_000 },
    );
  });
});

function edgeOrNone(): fc.Arbitrary<TurnEdge | null> {
  return fc.option(fc.constantFrom(...TURN_EDGES), { nil: null });
}
