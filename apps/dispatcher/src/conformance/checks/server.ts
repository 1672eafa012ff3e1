import { z } from 'zod';
import { kubernetesVersion } from '../../adapters/kube/cluster-check/findings';
import { DOCS, NotApplicable, demand, type Check } from '../check';

const SKEW_MAX_MS = 10_000;
const AT_ONCE = 64;

const resourcesSchema = z.looseObject({
  resources: z.array(z.looseObject({ name: z.string(), namespaced: z.boolean(), kind: z.string(), verbs: z.array(z.string()) })),
});

export const serverChecks: readonly Check[] = [
  {
    id: 'server.ready',
    title: 'GET /readyz answers 200 to the credentials of the dispatcher.',
    reference: DOCS.health,
    dispatcher: 'It is the probe of a cluster; a refusal counts as a mistake of the set-up, silence opens the breaker.',
    run: async ({ api, client }) => {
      const { status, body } = await api.get('/readyz');
      demand(status === 200, `it answered ${status} ${body.slice(0, 200)}`);
      await client.readyz(5_000);
      return `200 ${body.trim()}`;
    },
  },
  {
    id: 'server.version',
    title: 'GET /version tells the version of Kubernetes.',
    reference: DOCS.concepts,
    dispatcher: 'It is shown to operators, and nothing is decided by it.',
    run: async ({ api }) => {
      const { status, json } = await api.get('/version');
      const version = kubernetesVersion(json);
      demand(status === 200 && version !== null, `it answered ${status} without a gitVersion`);
      return version;
    },
  },
  {
    id: 'server.workflows',
    title: 'argoproj.io/v1alpha1 serves namespaced workflows and workflowtemplates with the verbs that are needed.',
    reference: DOCS.argoFields,
    dispatcher: 'Without them a cluster cannot be registered.',
    run: async ({ api }) => {
      const answer = await api.get('/apis/argoproj.io/v1alpha1');
      const parsed = resourcesSchema.safeParse(answer.json);
      demand(answer.status === 200 && parsed.success, `discovery answered ${answer.status}`);
      const wanted = {
        workflows: ['create', 'get', 'list', 'watch', 'patch', 'delete'],
        workflowtemplates: ['get', 'list', 'watch'],
      };
      for (const [name, verbs] of Object.entries(wanted)) {
        const resource = parsed.data.resources.find((one) => one.name === name);
        demand(resource?.namespaced === true, `${name} is not there, or not namespaced`);
        const missing = verbs.filter((verb) => !resource.verbs.includes(verb));
        demand(missing.length === 0, `${name} lacks ${missing.join(', ')}`);
      }
      return parsed.data.resources.map(({ name }) => name).join(', ');
    },
  },
  {
    id: 'server.clock',
    title: 'The clock of the API server and the clock here are within 10 s of each other.',
    reference: DOCS.authentication,
    dispatcher: 'It measures waits with its own monotonic clock; times of steps and logs are shown as the cluster tells them.',
    run: async ({ api }) => {
      const beforeMs = Date.now();
      const { headers } = await api.get('/version');
      const skewMs = Date.parse(headers.date ?? '') - (beforeMs + Date.now()) / 2;
      if (Number.isNaN(skewMs)) throw new NotApplicable('the answer has no Date header');
      const seconds = `${(skewMs / 1000).toFixed(1)} s`;
      return Math.abs(skewMs) <= SKEW_MAX_MS ? seconds : { differs: `the cluster's clock is off by ${seconds}` };
    },
  },
  {
    id: 'server.wrong-token',
    title: 'A token that is none is answered with 401 and reason Unauthorized.',
    reference: DOCS.authentication,
    dispatcher: 'Credentials that expire reject attempts and raise an alert; they do not count as silence of the cluster.',
    run: async ({ stranger, namespace }) => {
      const { status, reason } = await stranger.get(`/apis/argoproj.io/v1alpha1/namespaces/${namespace}/workflows`);
      demand(status === 401, `it answered ${status} ${reason}`);
      demand(reason === 'Unauthorized', `the reason is "${reason}"`);
      return '401 Unauthorized';
    },
  },
  {
    id: 'server.throttling',
    title: 'Who asks too much at once is answered with 429 and Retry-After.',
    reference: DOCS.flowControl,
    dispatcher: 'It sends the same again later, up to eight times, before it leaves the cluster to others.',
    run: async ({ api, bench }) => {
      const answers = await Promise.all(Array.from({ length: AT_ONCE }, () => api.get(bench.template)));
      const throttled = answers.filter(({ status }) => status === 429);
      const other = answers.find(({ status }) => status !== 200 && status !== 429);
      demand(
        other === undefined,
        `of ${AT_ONCE} reads at once one was answered with ${other?.status ?? 0} ${other?.message ?? ''}`,
      );
      if (throttled.length === 0) throw new NotApplicable(`${AT_ONCE} reads at once were all answered`);
      const without = throttled.filter(({ headers }) => !/^\d+$/.test(headers['retry-after'] ?? ''));
      demand(without.length === 0, `${without.length} of ${throttled.length} answers of 429 have no Retry-After in seconds`);
      return `${throttled.length} of ${AT_ONCE} reads at once: 429, Retry-After ${throttled[0]?.headers['retry-after'] ?? ''}`;
    },
  },
];
