import type { Misbehaviour, ProxiedAnswer, ProxiedRequest } from '../../testing/cluster-proxy';

/** What JSON of an API looks like to who bends it: the spec that uses it knows what it bends. */
export type Json = { [member: string]: Json } & { [index: number]: Json };
export const of = (value: unknown): Json => value as Json; // see above

/** A server that is wrong in one way, for the conformance tool to find. */
export interface Wrong {
  /** The check that has to say so. */
  id: string;
  how: Misbehaviour;
  /** What it says. */
  says: RegExp;
  outcome?: 'fail' | 'differs';
}

export const status = (code: number, reason: string, details: object = {}): ProxiedAnswer => ({
  status: code,
  headers: { 'content-type': 'application/json' },
  body: { kind: 'Status', status: 'Failure', reason, message: `wrong on purpose: ${reason}`, code, details },
});

export const answering = (body: object): ProxiedAnswer => ({
  ...{ status: 200, headers: { 'content-type': 'application/json' } },
  body,
});

/** What two of them do to answers. */
export const both = (one: Misbehaviour, other: Misbehaviour): Misbehaviour => ({
  answer: (request, answer) => {
    one.answer?.(request, answer);
    other.answer?.(request, answer);
  },
});

/** From the second time on: the first is the tool's own look before it begins. */
export function later(
  how: (request: ProxiedRequest, answer: ProxiedAnswer) => void,
  applies: (request: ProxiedRequest) => boolean,
): Misbehaviour {
  let times = 0;
  return {
    answer: (request, answer) => {
      if (applies(request) && (times += 1) > 1) how(request, answer);
    },
  };
}

export const reviewOf = ({ path, body }: ProxiedRequest): Json | null =>
  path.endsWith('/selfsubjectaccessreviews') ? of(of(of(body)['spec'])['resourceAttributes']) : null;

/** The cluster says that one verb on one resource is granted, or is not. */
export function review(
  wanted: { verb: string; resource: string; subresource?: string; everywhere?: boolean },
  allowed: boolean,
): Misbehaviour {
  return {
    answer: (request, answer) => {
      const asked = reviewOf(request);
      if (asked === null || String(asked['verb']) !== wanted.verb || String(asked['resource']) !== wanted.resource) return;
      if (String(asked['subresource'] ?? '') !== (wanted.subresource ?? '')) return;
      if ((asked['namespace'] === undefined) !== (wanted.everywhere ?? false)) return;
      answer.body = { status: { allowed } };
    },
  };
}

/** A group that the cluster says it serves. */
export const served = (name: string): Misbehaviour => ({
  answer: ({ path }, answer) => {
    if (path !== '/apis') return;
    const body = answer.body as { groups: object[] }; // of /apis
    answer.body = { ...body, groups: [...body.groups, { name, preferredVersion: { version: 'v1' } }] };
  },
});

export const endsWith = ({ path }: ProxiedRequest, suffix: string): boolean =>
  /\/workflows\/stead-c-[0-9a-f]{8}-/.test(path) && path.endsWith(`-${suffix}`);
export const isNamed = ({ body }: ProxiedRequest, suffix: string): boolean =>
  String(of(of(body ?? {})['metadata'] ?? {})['name'] ?? '').endsWith(`-${suffix}`);
export const isPart = ({ query }: ProxiedRequest, part: string): boolean =>
  (query.get('labelSelector') ?? '').includes(`conformance-part=${part}`);

/** Bends the answer to a request for a workflow by the end of its name. */
export const onWorkflow = (method: string, suffix: string, how: (body: Json, answer: ProxiedAnswer) => void): Misbehaviour => ({
  answer: (request, answer) => {
    if (request.method === method && endsWith(request, suffix) && answer.status === 200) how(of(answer.body), answer);
  },
});
export const onMade = (suffix: string, how: (body: Json, answer: ProxiedAnswer) => void): Misbehaviour => ({
  answer: (request, answer) => {
    if (request.method === 'POST' && isNamed(request, suffix)) how(of(answer.body), answer);
  },
});
export const onList = (
  part: string,
  how: (items: Json[], request: ProxiedRequest, answer: ProxiedAnswer) => void,
): Misbehaviour => ({
  answer: (request, answer) => {
    if (isPart(request, part)) how(((answer.body as { items?: Json[] }).items ??= []), request, answer);
  },
});
export const onNode = (suffix: string, displayName: string, how: (node: Json) => void): Misbehaviour =>
  onWorkflow('GET', suffix, (body) => {
    const nodes = of(of(body['status'] ?? {})['nodes'] ?? {});
    const node = Object.values(nodes).find((one) => String(of(one)['displayName']) === displayName);
    if (node !== undefined) how(of(node));
  });
export const onStatus = (suffix: string, change: object): Misbehaviour =>
  onWorkflow('GET', suffix, (body) => void (body['status'] !== undefined && Object.assign(body['status'], change)));
export const onEvents = (part: string, how: (event: Json) => Json | null): Misbehaviour => ({
  event: (request, event) => (isPart(request, part) ? how(of(event)) : event),
});
export const onPods = (how: (pods: Json[], request: ProxiedRequest) => void): Misbehaviour => ({
  answer: (request, answer) => {
    if (request.path.endsWith('/pods')) how(((answer.body as { items?: Json[] }).items ??= []), request);
  },
});
export const annotated = (pods: Json[], ending: string): Json | undefined =>
  pods.find((pod) => String(of(of(pod['metadata'])['annotations'] ?? {})['workflows.argoproj.io/node-name']).endsWith(ending));

/** The first time alone. */
export function once({ request: how }: Misbehaviour): Misbehaviour {
  let done = false;
  return {
    request: (request) => {
      const instead = done ? undefined : how?.(request);
      done ||= instead !== undefined;
      return instead;
    },
  };
}
