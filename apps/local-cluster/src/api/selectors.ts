import type { KubeObject } from '../objects/metadata';
import { ApiError } from './api-error';

export type Selector = (object: KubeObject) => boolean;

const KEY = '[A-Za-z0-9][A-Za-z0-9._/-]*';
const REQUIREMENT = new RegExp(
  `^\\s*(?:!\\s*(?<absentKey>${KEY})|(?<key>${KEY})\\s*(?:(?<operator>==?|!=)\\s*(?<value>[A-Za-z0-9._-]*)|\\s(?<set>in|notin)\\s*\\((?<values>[A-Za-z0-9._,\\s-]*)\\))?)\\s*(?:,|$)`,
);

/** `a=b,c!=d,e in (f,g),h,!i`: <https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors>. */
export function labelSelector(text: string): Selector {
  const requirements: ((labels: Readonly<Record<string, string>>) => boolean)[] = [];
  for (let rest = text; rest.trim() !== '';) {
    const match = REQUIREMENT.exec(rest);
    const groups = match?.groups;
    if (match === null || groups === undefined) throw new ApiError('BadRequest', `unable to parse label selector "${text}"`);
    requirements.push(requirementOf(groups));
    rest = rest.slice(match[0].length);
  }
  return ({ metadata: { labels = {} } }) => requirements.every((holds) => holds(labels));
}

function requirementOf(groups: Record<string, string | undefined>): (labels: Readonly<Record<string, string>>) => boolean {
  const { absentKey, key = '', operator, value = '', set, values = '' } = groups;
  if (absentKey !== undefined) return (labels) => !(absentKey in labels);
  if (set !== undefined) {
    const wanted = new Set(values.split(',').map((word) => word.trim()));
    const contains = (labels: Readonly<Record<string, string>>): boolean => {
      const label = labels[key];
      return label !== undefined && wanted.has(label);
    };
    return set === 'in' ? contains : (labels) => !contains(labels);
  }
  if (operator === undefined) return (labels) => key in labels;
  return operator === '!=' ? (labels) => labels[key] !== value : (labels) => labels[key] === value;
}

/** Kubernetes lets each kind be selected by a few fields only; an unknown one is an error, never "no objects". */
const FIELDS: Readonly<Record<string, (object: KubeObject) => unknown>> = {
  'metadata.name': (object) => object.metadata.name,
  'metadata.namespace': (object) => object.metadata.namespace ?? '',
  'spec.nodeName': (object) => field(object, 'spec', 'nodeName') ?? '',
  'spec.unschedulable': (object) => field(object, 'spec', 'unschedulable') ?? false,
  'status.phase': (object) => field(object, 'status', 'phase') ?? '',
  'involvedObject.name': (object) => field(object, 'involvedObject', 'name') ?? '',
  'involvedObject.namespace': (object) => field(object, 'involvedObject', 'namespace') ?? '',
  'involvedObject.kind': (object) => field(object, 'involvedObject', 'kind') ?? '',
  'involvedObject.uid': (object) => field(object, 'involvedObject', 'uid') ?? '',
  reason: (object) => object['reason'] ?? '',
  type: (object) => object['type'] ?? '',
};

export function fieldSelector(text: string): Selector {
  const requirements = text
    .split(',')
    .filter((part) => part.trim() !== '')
    .map((part) => {
      const match = /^\s*([\w.]+)\s*(==?|!=)\s*(.*?)\s*$/.exec(part);
      const read = FIELDS[match?.[1] ?? ''];
      if (match === null || read === undefined) {
        throw new ApiError('BadRequest', `field label not supported: ${match?.[1] ?? part}`);
      }
      const equal = (object: KubeObject): boolean => String(read(object)) === match[3];
      return match[2] === '!=' ? (object: KubeObject) => !equal(object) : equal;
    });
  return (object) => requirements.every((holds) => holds(object));
}

function field(object: KubeObject, outer: string, inner: string): unknown {
  const value = object[outer];
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[inner] : undefined; // an object of JSON
}
