import { isKubeError, parseWorkflow, specHash, type WorkflowManifest } from '@stead/platform/kube';
import type { RawAnswer } from '../../adapters/kube/cluster-check/raw-api';
import { DOCS, demand, type Check } from '../check';
import type { Surroundings } from '../surroundings';
import { INSTANCE_LABEL, NOBODY } from '../workbench';
import { said } from './access';

const OTHER_UID = '00000000-0000-4000-8000-000000000000';

export const objectChecks: readonly Check[] = [
  {
    id: 'objects.create',
    title:
      'A workflow is made under the name that it was given: 201, with a uid, a version, and its labels, annotations and spec.',
    reference: DOCS.concepts,
    dispatcher: 'The name is a function of run and epoch, so that a POST that is sent twice cannot make two; the uid is kept.',
    run: async (on) => {
      const manifest = on.bench.inertManifest('create');
      const answer = await post(on, manifest);
      demand(answer.status === 201, `it answered ${said(answer)}`);
      const { metadata } = parseWorkflow(answer.json);
      demand(metadata.name === manifest.metadata.name, `the name became ${metadata.name}`);
      demand(metadata.uid !== '' && metadata.resourceVersion !== '', 'it has no uid or no resourceVersion');
      for (const kind of ['labels', 'annotations'] as const) {
        for (const [name, value] of Object.entries(manifest.metadata[kind]))
          demand(metadata[kind]?.[name] === value, `${kind} lost ${name}: it is ${metadata[kind]?.[name] ?? 'gone'}`);
      }
      const { spec } = answer.json as { spec: Record<string, unknown> }; // it was parsed as a workflow
      for (const [field, value] of Object.entries(manifest.spec))
        demand(specHash(spec[field]) === specHash(value), `spec.${field} became ${JSON.stringify(spec[field])}`);
      return `201, uid ${metadata.uid}`;
    },
  },
  {
    id: 'objects.exists',
    title: 'The same name a second time is answered with 409 and reason AlreadyExists, whatever the body.',
    reference: `${DOCS.conventions}#http-status-codes`,
    dispatcher: 'It reads the workflow, compares label and hash, and adopts it; any other 409 it sends again.',
    run: async (on) => {
      const made = await on.bench.inert('exists');
      const manifest = on.bench.inertManifest('exists');
      manifest.metadata.labels['stead.dev/other'] = 'yes';
      const answer = await post(on, manifest);
      demand(answer.status === 409, `it answered ${said(answer)}`);
      demand(answer.reason === 'AlreadyExists', `the reason is "${answer.reason}"`);
      const thrown: unknown = await on.client.createWorkflow(manifest).catch((error: unknown) => error);
      demand(isKubeError(thrown) && thrown.kind === 'conflict-exists', `our client takes it for ${String(thrown)}`);
      const there = await on.client.getWorkflow(made.metadata.name);
      demand(there?.metadata.uid === made.metadata.uid, 'the first one is not there any more');
      return said(answer);
    },
  },
  {
    id: 'objects.dry-run',
    title: 'With dryRun=All everything is checked and answered, and nothing is made.',
    reference: `${DOCS.concepts}#dry-run`,
    dispatcher: 'It tries a creation while it registers a cluster, and as the writing probe of its health.',
    run: async (on) => {
      const manifest = on.bench.inertManifest('dry');
      const answer = await on.api.ask({ method: 'POST', path: on.bench.workflows, query: { dryRun: 'All' }, body: manifest });
      demand(answer.status === 201, `it answered ${said(answer)}`);
      demand((await on.client.getWorkflow(manifest.metadata.name)) === null, 'the workflow was made');
      return '201, and nothing is there';
    },
  },
  {
    id: 'objects.missing',
    title: 'What is not there is answered with 404, reason NotFound and the name of the object.',
    reference: `${DOCS.conventions}#http-status-codes`,
    dispatcher: 'A workflow that is gone ends its attempt; a 404 without a name (no Argo there now) must not.',
    run: async (on) => {
      const name = on.bench.nameOf('missing');
      const answer = await on.api.get(`${on.bench.workflows}/${name}`);
      demand(answer.status === 404 && answer.reason === 'NotFound', `it answered ${said(answer)}`);
      const { details } = answer.json as { details?: { name?: string } }; // a Status
      demand(details?.name === name, `details.name is "${details?.name ?? ''}"`);
      demand((await on.client.getWorkflow(name)) === null, 'our client does not take it for absence');
      return said(answer);
    },
  },
  {
    id: 'objects.name-63',
    title: 'A name of 63 characters is taken.',
    reference: DOCS.names,
    dispatcher: 'Its names have at most 40; 63 is the most that fits into a label of the pods.',
    run: async (on) => {
      const manifest = on.bench.inertManifest('name63');
      manifest.metadata.name = on.bench.nameOf('name63', 63);
      const answer = await post(on, manifest);
      demand(answer.status === 201, `it answered ${said(answer)}`);
      return `201 for ${manifest.metadata.name}`;
    },
  },
  {
    id: 'objects.name-64',
    title: 'A name of 64 characters does not run: the API refuses it, or the controller fails the workflow.',
    reference: DOCS.argoFields,
    dispatcher: 'It never sends one: names are checked before they are sent.',
    needs: 'argo.begins',
    run: async (on) => {
      const manifest = on.bench.manifestOf({ suffix: 'name64', entrypoint: 'hello' });
      manifest.metadata.name = on.bench.nameOf('name64', 64);
      const answer = await post(on, manifest);
      if (answer.status === 422) return `refused: ${said(answer)}`;
      demand(answer.status === 201, `it answered ${said(answer)}`);
      const { phase, message } = await on.fixtures.completion(manifest.metadata.name);
      demand(phase !== 'Succeeded', 'it ran to its end');
      return `201, then ${phase}: ${message ?? ''}`;
    },
  },
  invalid('objects.invalid-name', 'A name that is none', 'metadata.name', (manifest) => (manifest.metadata.name = 'Not_A_Name')),
  invalid('objects.invalid-label', 'A label whose value is none', 'metadata.labels', ({ metadata: { labels } }) => {
    labels['stead.dev/title'] = 'Museum, ground floor';
  }),
  invalid('objects.invalid-spec', 'A spec that is no object', 'spec', (manifest) => {
    Object.assign(manifest, { spec: 'none' });
  }),
  {
    id: 'objects.other-namespace',
    title: 'An object that names another namespace than the path is answered with 400 and reason BadRequest.',
    reference: DOCS.conventions,
    dispatcher: 'A namespace that was changed while runs were on their way rejects them, and makes nothing elsewhere.',
    run: async (on) => {
      const manifest = on.bench.inertManifest('elsewhere');
      manifest.metadata.namespace = 'stead-conformance-elsewhere';
      const answer = await post(on, manifest);
      demand(answer.status === 400 && answer.reason === 'BadRequest', `it answered ${said(answer)}`);
      return said(answer);
    },
  },
  {
    id: 'objects.delete-other',
    title: 'A deletion that names another uid is answered with 409 and reason Conflict, and nothing is removed.',
    reference: `${DOCS.conventions}#concurrency-control-and-consistency`,
    dispatcher: 'A workflow that was made again under the same name is left alone.',
    run: async (on) => {
      const { metadata } = await on.bench.inert('delete-other');
      const answer = await on.api.ask({
        ...{ method: 'DELETE', path: `${on.bench.workflows}/${metadata.name}` },
        body: { apiVersion: 'v1', kind: 'DeleteOptions', preconditions: { uid: OTHER_UID } },
      });
      demand(answer.status === 409 && answer.reason === 'Conflict', `it answered ${said(answer)}`);
      demand(!(await on.client.deleteWorkflow(metadata.name, OTHER_UID)), 'our client says that it removed it');
      demand((await on.client.getWorkflow(metadata.name)) !== null, 'it was removed');
      return said(answer);
    },
  },
  {
    id: 'objects.delete',
    title: 'A deletion that names the right uid removes the workflow.',
    reference: `${DOCS.conventions}#concurrency-control-and-consistency`,
    dispatcher: 'Workflows that were swept are removed by name and uid.',
    run: async (on) => {
      const { metadata } = await on.bench.inert('delete');
      demand(await on.client.deleteWorkflow(metadata.name, metadata.uid), 'the server says that it is not there');
      const answer = await on.api.get(`${on.bench.workflows}/${metadata.name}`);
      demand(answer.status === 404, `it can still be read: ${said(answer)}`);
      return 'removed';
    },
  },
  {
    id: 'objects.inert',
    title: 'A workflow that carries another instance id is left alone by the controller.',
    reference: DOCS.argoInstance,
    dispatcher: 'It labels workflows with the instance id of its site: a wrong one would leave them untouched for ever.',
    needs: 'argo.begins',
    run: async (on) => {
      await on.bench.inert('inert');
      // When one that was submitted later has been dealt with, the controller has had its time.
      const later = await on.bench.submit({ suffix: 'after-inert', entrypoint: 'absent' });
      await on.fixtures.completion(later.metadata.name);
      const labelSelector = `${on.bench.selector},${INSTANCE_LABEL}=${NOBODY}`;
      const { items } = (await on.api.get(on.bench.workflows, { labelSelector })).json as { items: { status?: unknown }[] }; // a list
      const touched = items.filter(({ status }) => status !== undefined).length;
      demand(items.length > 0 && touched === 0, `of ${items.length} such workflows ${touched} have a status`);
      return `none of ${items.length} has a status`;
    },
  },
];

function post({ api, bench }: Surroundings, manifest: WorkflowManifest): Promise<RawAnswer> {
  return api.ask({ method: 'POST', path: bench.workflows, body: manifest });
}

function invalid(id: Check['id'], what: string, field: string, change: (manifest: WorkflowManifest) => void): Check {
  return {
    id,
    title: `${what} is answered with 422 and reason Invalid, and ${field} is among its causes.`,
    reference: `${DOCS.conventions}#http-status-codes`,
    dispatcher: 'The attempt is rejected with the words of the cluster; it is not sent again.',
    run: async (on) => {
      const manifest = on.bench.inertManifest('invalid', id.slice('objects.'.length));
      change(manifest);
      const answer = await post(on, manifest);
      demand(answer.status === 422 && answer.reason === 'Invalid', `it answered ${said(answer)}`);
      const named = answer.fields.some((one) => one === field || one.startsWith(`${field}.`));
      demand(named, `the causes name ${answer.fields.join(', ') || 'nothing'}`);
      return `${said(answer)}: ${answer.fields.join(', ')}`;
    },
  };
}
