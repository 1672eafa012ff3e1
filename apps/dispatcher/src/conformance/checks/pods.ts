import { DOCS, demand, type Check } from '../check';
import { linesOf } from '../streams';
import type { Surroundings } from '../surroundings';
import { said } from './access';
import { named, podOf } from './steps';

export const podChecks: readonly Check[] = [
  {
    id: 'pods.log',
    title: 'The log of an ended step is what its container wrote, parameters of the workflow as they were sent.',
    reference: `${DOCS.pods}#get-read-log-of-the-specified-pod`,
    dispatcher: 'It is copied to the object store before the pod goes; the parameters of a run travel as one JSON text.',
    needs: 'argo.begins',
    run: async (on) => {
      const text = (await on.client.podLog(await ended(on, 'hello'))) ?? '';
      const all = text.trimEnd().split('\n');
      const lines = all.filter(isOwn);
      demand(lines.slice(1).join() === 'one,two,three', `the log is ${JSON.stringify(text.slice(0, 200))}`);
      demand(lines[0] === on.fixtures.paramsOf('passed'), `the parameter arrived as ${lines[0] ?? ''}`);
      if (all.length > lines.length)
        return { differs: `${all.length - lines.length} lines of Argo's executor stand among those of the step` };
      return `${lines.length} lines, and the parameter as it was sent`;
    },
  },
  {
    id: 'pods.log-tail',
    title: 'tailLines gives the last lines of a log, limitBytes its first bytes.',
    reference: `${DOCS.pods}#get-read-log-of-the-specified-pod`,
    dispatcher: 'A log of gigabytes is cut at 8 MiB.',
    needs: 'argo.begins',
    run: async (on) => {
      const pod = await ended(on, 'hello');
      const text = (await on.client.podLog(pod)) ?? '';
      const tail = await on.client.podLog(pod, { tailLines: 2 });
      const last = text.trimEnd().split('\n').slice(-2).join('\n');
      demand(text.split('\n').length > 3 && tail?.trimEnd() === last, `tailLines=2 gave ${JSON.stringify(tail)}`);
      const head = await on.client.podLog(pod, { limitBytes: 5 });
      demand(head === text.slice(0, 5), `limitBytes=5 gave ${JSON.stringify(head)}`);
      return 'two lines, five bytes';
    },
  },
  {
    id: 'pods.log-missing',
    title: 'The log of a pod that is not there is answered with 404 and reason NotFound.',
    reference: `${DOCS.pods}#get-read-log-of-the-specified-pod`,
    dispatcher: 'The step is said to have lost its log, after a quarter of an hour.',
    run: async (on) => {
      const name = on.bench.nameOf('no-pod');
      const answer = await on.api.get(`${on.bench.pods}/${name}/log`, { container: 'main' });
      demand(answer.status === 404 && answer.reason === 'NotFound', `it answered ${said(answer)}`);
      demand((await on.client.podLog(name)) === null, 'our client does not take it for absence');
      return said(answer);
    },
  },
  {
    id: 'pods.log-follow',
    title: 'A log that is followed comes as it is written.',
    reference: `${DOCS.pods}#get-read-log-of-the-specified-pod`,
    dispatcher: 'People follow the steps of their runs.',
    needs: 'argo.begins',
    uses: ['terminated'],
    run: async (on) => {
      const pod = await on.fixtures.running('terminated');
      const abort = new AbortController();
      const timer = setTimeout(() => abort.abort(), on.patience.gone);
      const lines: string[] = [];
      try {
        const body = await on.client.followPodLog(pod.metadata.name, {}, abort.signal);
        demand(body !== null, 'the pod is not there');
        for await (const line of linesOf(body)) if (isOwn(line) && lines.push(line) >= 5) break;
      } catch (error) {
        if (!abort.signal.aborted) throw error;
      } finally {
        clearTimeout(timer);
        abort.abort();
      }
      const ticks = lines.map((line) => /^tick (\d+)$/.exec(line)?.[1]).map(Number);
      demand(ticks.length >= 5 && ticks.every((tick, at) => tick === at), `it gave ${lines.join(', ') || 'nothing'}`);
      return lines.join(', ');
    },
  },
  {
    id: 'pods.log-ends',
    title: 'A log that is followed ends when the container does.',
    reference: `${DOCS.pods}#get-read-log-of-the-specified-pod`,
    dispatcher: 'Who follows a run is taken on to its next step.',
    needs: 'argo.begins',
    uses: ['followed'],
    run: async (on) => {
      const pod = await on.fixtures.running('followed');
      const abort = new AbortController();
      const timer = setTimeout(() => abort.abort(), on.patience.gone);
      try {
        const body = await on.client.followPodLog(pod.metadata.name, { tailLines: 1 }, abort.signal);
        demand(body !== null, 'the pod is not there');
        let lines = 0;
        for await (const _line of linesOf(body)) {
          if ((lines += 1) === 1) await on.client.patchShutdown(on.fixtures.nameOf('followed'), 'Terminate');
        }
        return `ended after ${lines} lines`;
      } catch (error) {
        demand(!abort.signal.aborted, `it was still open ${on.patience.gone / 1000} s later`);
        throw error;
      } finally {
        clearTimeout(timer);
        abort.abort();
      }
    },
  },
];

/** Argo's executor writes into the log of the container that it runs, and marks its lines: `argo=true`, or so in JSON. */
function isOwn(line: string): boolean {
  return !/(^|\s)argo=true(\s|$)|"argo":\s*true/.test(line);
}

async function ended({ fixtures, client }: Surroundings, step: string): Promise<string> {
  const { metadata, nodes } = await fixtures.completed('passed');
  const pod = podOf(await client.podsOfWorkflow(metadata.name), named(nodes, step));
  demand(pod !== undefined, `the pod of ${step} is gone: a controller that removes pods removes logs`);
  return pod.metadata.name;
}
