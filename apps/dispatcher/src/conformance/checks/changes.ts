import { isKubeError, parseWorkflow } from '@stead/platform/kube';
import type { RawAnswer } from '../../adapters/kube/cluster-check/raw-api';
import { DOCS, demand, type Check } from '../check';
import type { Surroundings } from '../surroundings';
import { said } from './access';

const OTHER_UID = '00000000-0000-4000-8000-000000000000';
const MERGE = 'application/merge-patch+json';

interface Whole {
  metadata: { resourceVersion: string; uid: string; labels?: Record<string, string> };
  spec: Record<string, unknown>;
  status?: unknown;
}

export const changeChecks: readonly Check[] = [
  {
    id: 'changes.spec-alone',
    title: 'A merge patch of one member of the spec changes that member, and neither the others nor uid and labels.',
    reference: `${DOCS.concepts}#patch-and-apply`,
    dispatcher: 'Workflows are ended by a patch of spec.shutdown alone.',
    run: async (on) => {
      const { metadata } = await on.bench.inert('spec-alone');
      const before = await whole(on, metadata.name);
      const answer = await patch(on, metadata.name, { spec: { shutdown: 'Stop' } });
      demand(answer.status === 200, `it answered ${said(answer)}`);
      const after = await whole(on, metadata.name);
      demand(after.spec['shutdown'] === 'Stop', `spec.shutdown is ${String(after.spec['shutdown'])}`);
      const { shutdown: _, ...rest } = after.spec;
      demand(JSON.stringify(rest) === JSON.stringify(before.spec), 'another member of the spec is different');
      demand(after.metadata.uid === before.metadata.uid, 'the uid is another one');
      demand(JSON.stringify(after.metadata.labels) === JSON.stringify(before.metadata.labels), 'the labels are different');
      demand(after.metadata.resourceVersion !== before.metadata.resourceVersion, 'the resourceVersion is the same');
      return '200';
    },
  },
  {
    id: 'changes.keep-status',
    title: 'A merge patch of the spec leaves the status that the controller has written.',
    reference: DOCS.argoFields,
    dispatcher: 'Spec and status are one object in Argo; a patch that lost the status would run a workflow twice.',
    needs: 'argo.begins',
    uses: ['failed'],
    run: async (on) => {
      await on.fixtures.completed('failed');
      const name = on.fixtures.nameOf('failed');
      const before = await whole(on, name);
      demand(before.status !== undefined, 'it has no status');
      const answer = await patch(on, name, { spec: { shutdown: 'Terminate' } });
      demand(answer.status === 200, `it answered ${said(answer)}`);
      const after = await whole(on, name);
      demand(JSON.stringify(after.status) === JSON.stringify(before.status), 'the status is different');
      demand(parseWorkflow(after).completed, 'it is not completed any more');
      return '200, the status is the same';
    },
  },
  {
    id: 'changes.other-uid',
    title: 'A merge patch that names another uid is refused, as 422 on metadata.uid or as 409 Conflict, and changes nothing.',
    reference: 'https://github.com/kubernetes/kubernetes/issues/127625',
    dispatcher: 'Its client takes both for "another object of that name", which is left alone.',
    run: async (on) => {
      const { metadata } = await on.bench.inert('other-uid');
      const answer = await patch(on, metadata.name, { metadata: { uid: OTHER_UID }, spec: { shutdown: 'Terminate' } });
      const isInvalid = answer.status === 422 && answer.fields.includes('metadata.uid');
      const isConflict = answer.status === 409 && answer.reason === 'Conflict';
      demand(isInvalid || isConflict, `it answered ${said(answer)} ${answer.fields.join(', ')}`);
      demand((await whole(on, metadata.name)).spec['shutdown'] === undefined, 'it was changed all the same');
      const thrown: unknown = await on.client
        .patchShutdown(metadata.name, 'Terminate', OTHER_UID)
        .catch((error: unknown) => error);
      demand(isKubeError(thrown) && thrown.kind === 'conflict', `our client takes it for ${String(thrown)}`);
      return `${said(answer)} ${answer.fields.join(', ')}`.trim();
    },
  },
  {
    id: 'changes.right-uid',
    title: 'A merge patch that names the right uid is taken.',
    reference: `${DOCS.concepts}#patch-and-apply`,
    dispatcher: 'Strays are ended by name and uid.',
    run: async (on) => {
      const { metadata } = await on.bench.inert('right-uid');
      demand(await on.client.patchShutdown(metadata.name, 'Terminate', metadata.uid), 'the server says that it is not there');
      demand((await whole(on, metadata.name)).spec['shutdown'] === 'Terminate', 'spec.shutdown is not there');
      return 'taken';
    },
  },
  {
    id: 'changes.stale',
    title: 'A patch that names an old resourceVersion is answered with 409 and reason Conflict.',
    reference: `${DOCS.conventions}#concurrency-control-and-consistency`,
    dispatcher: 'It names none; whoever does must not be told AlreadyExists, which means another thing to it.',
    run: async (on) => {
      const { metadata } = await on.bench.inert('stale');
      await patch(on, metadata.name, { spec: { priority: 7 } });
      const answer = await patch(on, metadata.name, {
        metadata: { resourceVersion: metadata.resourceVersion },
        spec: { priority: 8 },
      });
      demand(answer.status === 409, `it answered ${said(answer)}`);
      demand(answer.reason === 'Conflict', `the reason is "${answer.reason}"`);
      return said(answer);
    },
  },
  {
    id: 'changes.missing',
    title: 'A patch of what is not there is answered with 404, and makes nothing.',
    reference: `${DOCS.concepts}#patch-and-apply`,
    dispatcher: 'A workflow that is gone needs no ending.',
    run: async (on) => {
      const name = on.bench.nameOf('patch-missing');
      const answer = await patch(on, name, { spec: { shutdown: 'Stop' } });
      demand(answer.status === 404 && answer.reason === 'NotFound', `it answered ${said(answer)}`);
      demand(!(await on.client.patchShutdown(name, 'Stop')), 'our client says that it was there');
      return said(answer);
    },
  },
];

function patch({ api, bench }: Surroundings, name: string, body: object): Promise<RawAnswer> {
  return api.ask({ method: 'PATCH', path: `${bench.workflows}/${name}`, body, contentType: MERGE });
}

async function whole({ api, bench }: Surroundings, name: string): Promise<Whole> {
  const answer = await api.get(`${bench.workflows}/${name}`);
  demand(answer.status === 200, `${name} cannot be read: ${said(answer)}`);
  return answer.json as Whole; // the fields that every object has
}
