import fc from 'fast-check';
import { couldSatisfy, satisfies, type LabelRequirement } from './undecided-labels';

const KEY = 'topology.kubernetes.io/zone';
const could = (key: string, asked: [string, string[]?][], given: [string, string[]?][] = []): boolean => {
  const of = (all: [string, string[]?][]): LabelRequirement[] =>
    all.map(([operator, values = []]) => ({ key, operator, values }));
  return couldSatisfy(key, of(asked), { requirements: of(given), open: [] });
};

describe('labels of a node that does not exist yet', () => {
  it.each<[string, string, [string, string[]?][], [string, string[]?][], boolean]>([
    ['one of several that the pool allows', KEY, [['In', ['b']]], [['In', ['a', 'b']]], true],
    ['one that the pool does not allow', KEY, [['In', ['c']]], [['In', ['a', 'b']]], false],
    ['one that the pool excludes', KEY, [['In', ['a']]], [['NotIn', ['a']]], false],
    ['any but those that the pool allows', KEY, [['NotIn', ['a', 'b']]], [['In', ['a', 'b']]], false],
    [
      'a number within the bounds of the pool',
      'gpus',
      [['Gt', ['3']]],
      [
        ['Gt', ['0']],
        ['Lt', ['8']],
      ],
      true,
    ],
    ['a number beyond them', 'gpus', [['Gt', ['7']]], [['Lt', ['8']]], false],
    ['a number at Karpenter’s own bound', 'gpus', [['In', ['8']]], [['Gte', ['8']]], true],
    ['something that every machine has', KEY, [['In', ['a']]], [], true],
    ['something that the provider’s machines have', 'karpenter.k8s.aws/instance-family', [['In', ['g5']]], [], true],
    ['a label of one’s own that the pool does not set', 'team', [['In', ['maps']]], [], false],
    ['the absence of it', 'team', [['DoesNotExist']], [], true],
    ['the absence of what the pool requires', 'team', [['DoesNotExist']], [['Exists']], false],
    ['an operator that is not known', KEY, [['Near', ['a']]], [], false],
  ])('can be %s', (_name, key, asked, given, want) => expect(could(key, asked, given)).toBe(want));

  it('can be what some value satisfies, and nothing else', () => {
    const values = fc.subarray(['1', '2', '3', '4', 'x', 'y'], { minLength: 1 });
    const bound = fc.constantFrom('1', '2', '3', '4');
    const requirement: fc.Arbitrary<LabelRequirement> = fc.oneof(
      fc.record({ key: fc.constant('k'), operator: fc.constantFrom('In', 'NotIn'), values }),
      fc.record({
        key: fc.constant('k'),
        operator: fc.constantFrom('Gt', 'Lt', 'Gte', 'Lte'),
        values: bound.map((one) => [one]),
      }),
      fc.record({ key: fc.constant('k'), operator: fc.constantFrom('Exists', 'DoesNotExist'), values: fc.constant([]) }),
    );
    const world = [undefined, ...Array.from({ length: 8 }, (_, i) => String(i - 1)), 'x', 'y', 'z'];
    fc.assert(
      fc.property(
        fc.array(requirement, { minLength: 1, maxLength: 3 }),
        fc.array(requirement, { maxLength: 3 }),
        (given, asked) => {
          const exists = world.some((value) => [...given, ...asked].every((one) => satisfies(one, value)));
          expect(couldSatisfy('k', asked, { requirements: given, open: [] })).toBe(exists);
        },
      ),
    );
  });
});
