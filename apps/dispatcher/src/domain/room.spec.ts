import fc from 'fast-check';
import { Room, afterClaims, residual } from './room';

describe('free room', () => {
  it('is never added up over nodes', () => {
    const room = new Room([{ free: { 'nvidia.com/gpu': 1 } }, { free: { 'nvidia.com/gpu': 1 } }]);
    expect(room.slots({ 'nvidia.com/gpu': 2 })).toBe(0);
    expect(room.take({ 'nvidia.com/gpu': 2 })).toBe(false);
    expect(room.slots({ 'nvidia.com/gpu': 1 })).toBe(2);
  });

  it('has as many slots as requests can be taken from it, one after the other', () => {
    const node = fc.record({
      cpu: fc.integer({ min: 0, max: 9 }),
      gpu: fc.integer({ min: 0, max: 4 }),
      pods: fc.integer({ min: 0, max: 6 }),
    });
    const request = fc.record({ cpu: fc.integer({ min: 0, max: 4 }), gpu: fc.integer({ min: 0, max: 2 }), pods: fc.constant(1) });
    fc.assert(
      fc.property(fc.array(node, { maxLength: 4 }), request, (nodes, wanted) => {
        const room = new Room(nodes.map((free) => ({ free })));
        const slots = room.slots(wanted);
        let taken = 0;
        while (room.take(wanted)) taken += 1;
        expect(taken).toBe(slots);
      }),
    );
  });

  it('is a floor: a claim that fits nowhere takes nothing', () => {
    const nodes = [{ name: 'a', allocatable: {}, free: { cpu: 2 } }];
    expect(afterClaims(nodes, [{ cpu: 3 }]).slots({ cpu: 1 })).toBe(2);
    expect(afterClaims(nodes, [{ cpu: 1.5 }]).slots({ cpu: 1 })).toBe(0);
  });

  it('does not lend the little that binary fractions lose', () => {
    const room = new Room([{ free: { cpu: 0.3 } }]);
    expect(room.slots({ cpu: 0.1 })).toBe(3);
  });
});

describe('what is left of a request', () => {
  it('is what its pods do not use already', () => {
    expect(residual({ cpu: 2, 'nvidia.com/gpu': 1, pods: 1 }, { cpu: 0.5, pods: 1 })).toEqual({ cpu: 1.5, 'nvidia.com/gpu': 1 });
    expect(residual({ cpu: 2 }, { cpu: 4 })).toEqual({});
  });
});
