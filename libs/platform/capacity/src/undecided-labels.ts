/** A condition on one label, as node affinity and Karpenter's pools write it. */
export interface LabelRequirement {
  key: string;
  operator: string;
  values: readonly string[];
}

/** What the labels of a node that does not exist yet are going to satisfy, where they are not settled. */
export interface UndecidedLabels {
  requirements: readonly LabelRequirement[];
  /** Keys that such a node may carry although nobody requires them: its provider gives it some value. */
  open: readonly string[];
}

/** Keys that Karpenter knows of every machine, and the domains under which providers add theirs (`karpenter.k8s.aws/…`). */
const WELL_KNOWN: ReadonlySet<string> = new Set([
  'karpenter.sh/capacity-type',
  'topology.kubernetes.io/zone',
  'topology.kubernetes.io/region',
  'node.kubernetes.io/instance-type',
  'kubernetes.io/arch',
  'kubernetes.io/os',
]);
const OF_PROVIDER = /^karpenter\.(?!sh\/)[a-z0-9.]+\//;

/**
 * Whether a node could come whose label `key` satisfies all of these conditions at once. Conditions tell values apart only by
 * the values that they name and by numeric bounds, so it is enough to try those, their neighbours, one value that nobody
 * names, and no value at all. A key that nobody requires and no provider sets is going to be missing.
 */
export function couldSatisfy(key: string, asked: readonly LabelRequirement[], undecided: UndecidedLabels): boolean {
  const given = undecided.requirements.filter((one) => one.key === key);
  const isOpen = given.length > 0 || undecided.open.includes(key) || WELL_KNOWN.has(key) || OF_PROVIDER.test(key);
  const all = [...given, ...asked];
  const named = all.flatMap(({ values }) => values);
  const numbers = named.map(Number).filter(Number.isFinite);
  const candidates: (string | undefined)[] = isOpen
    ? [...named, ...numbers.flatMap((number) => [String(number - 1), String(number + 1)]), 'a-value-that-nobody-names']
    : [];
  return [...candidates, undefined].some((label) => all.every((one) => satisfies(one, label)));
}

/** An operator that is not known here matches nothing: room that may not be there is not counted. */
export function satisfies({ operator, values }: LabelRequirement, label: string | undefined): boolean {
  switch (operator) {
    case 'In':
      return label !== undefined && values.includes(label);
    case 'NotIn':
      return label === undefined || !values.includes(label);
    case 'Exists':
      return label !== undefined;
    case 'DoesNotExist':
      return label === undefined;
    case 'Gt':
      return label !== undefined && Number(label) > Number(values[0]);
    case 'Lt':
      return label !== undefined && Number(label) < Number(values[0]);
    case 'Gte':
      return label !== undefined && Number(label) >= Number(values[0]);
    case 'Lte':
      return label !== undefined && Number(label) <= Number(values[0]);
    default:
      return false;
  }
}
