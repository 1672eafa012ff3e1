import { status, onWorkflow, onNode, onStatus, onPods, annotated, of, type Wrong } from './bend';

/** What a controller of Argo, or a kubelet, can do wrong. */
export const WRONG_CONTROLLERS: readonly Wrong[] = [
  { id: 'argo.succeeds', how: onStatus('pass', { progress: '0/0' }), says: /progress is 0\/0/ },
  {
    id: 'argo.labels',
    how: {
      event: (_, event) => {
        const labels = of(of(of(event['object'])['metadata'])['labels'] ?? {});
        if (String(labels['workflows.argoproj.io/completed']) === 'true') labels['workflows.argoproj.io/phase'] = of('Running');
        return event;
      },
    },
    says: /completed came before the end/,
  },
  {
    id: 'argo.nodes',
    how: onNode('pass', 'hello', (node) => delete node['templateName']),
    says: /the template of hello is not said/,
  },
  {
    id: 'argo.steps',
    how: onNode('pass', 'again(0)', (node) => (node['type'] = of('Container'))),
    says: /of the one that passes: again succeeded, hello succeeded/,
  },
  {
    id: 'argo.retries',
    how: onNode('pass', 'again', (node) => void (node['children'] as unknown as string[])?.reverse()),
    says: /its tries are again\(1\)/,
  },
  {
    id: 'argo.skipped',
    how: onNode('pass', 'unwanted', (node) => (node['phase'] = of('Succeeded'))),
    says: /unwanted is a Skipped that is Succeeded/,
  },
  {
    id: 'argo.exit-code',
    how: onNode('fail', 'broken(0)', (node) => delete node['outputs']),
    says: /the exit code is not said/,
  },
  {
    id: 'argo.pods',
    how: onPods(
      (pods) =>
        void delete of(of(annotated(pods, 'again(1)')?.['metadata'] ?? {})['annotations'] ?? {})['workflows.argoproj.io/node-id'],
    ),
    says: /no pod is annotated with .*again\(1\)/,
  },
  {
    id: 'argo.pod-metadata',
    how: onPods(
      (pods) => void delete of(of(annotated(pods, 'again(0)')?.['metadata'] ?? {})['labels'] ?? {})['stead.dev/conformance-pod'],
    ),
    says: /lacks the label or the annotation/,
  },
  {
    id: 'argo.host-node',
    how: onNode('pass', 'hello', (node) => (node['hostNodeName'] = of('elsewhere'))),
    says: /it says elsewhere, the pod ran on home-1/,
  },
  { id: 'argo.terminate', how: onStatus('terminate', { message: 'gone' }), says: /it says "gone"/ },
  {
    id: 'argo.stop',
    how: onWorkflow('GET', 'stop', (body) => delete of(body['spec'])['shutdown']),
    says: /spec\.shutdown is not there/,
  },
  { id: 'argo.deadline', how: onStatus('overdue', { phase: 'Succeeded' }), says: /it is Succeeded/ },
  { id: 'argo.no-template', how: onStatus('no-template', { message: 'no' }), says: /it says "no"/ },
  { id: 'argo.no-entrypoint', how: onStatus('no-entrypoint', { phase: 'Succeeded' }), says: /it is Succeeded/ },
  {
    id: 'argo.ttl',
    how: {
      request: ({ body }) =>
        void (
          /-briefx+$/.test(String(of(of(body ?? {})['metadata'] ?? {})['name'])) && delete of(of(body)['spec'])['ttlStrategy']
        ),
    },
    says: /not within \d+ s: the workflow was removed/,
  },
  {
    id: 'pods.log',
    how: {
      answer: ({ path, query }, answer) =>
        void (
          path.endsWith('/log') &&
          query.get('tailLines') === null &&
          query.get('limitBytes') === null &&
          answer.status === 200 &&
          (answer.body = 'lost\none\ntwo\nthree\n')
        ),
    },
    says: /the parameter arrived as lost/,
  },
  { id: 'pods.log-tail', how: { request: ({ query }) => void query.delete('tailLines') }, says: /tailLines=2 gave/ },
  {
    id: 'pods.log-missing',
    how: {
      answer: ({ path }, answer) => void (path.includes('-no-pod/log') && Object.assign(answer, status(400, 'BadRequest'))),
    },
    says: /it answered 400 BadRequest/,
  },
  { id: 'pods.log-follow', how: { logLine: (line) => (line === 'tick 1' ? null : line) }, says: /it gave tick 0, tick 2/ },
];
