import { z } from 'zod';
import { DOCS, NotApplicable, demand, type Check } from '../check';
import { METADATA_ACCEPT, watch, type WatchEvent, type Watched } from '../streams';
import type { Surroundings } from '../surroundings';
import { PART_LABEL, pause } from '../workbench';
import { said } from './access';

const POLL_MS = 50;
const MERGE = 'application/merge-patch+json';

const versionSchema = z.looseObject({ metadata: z.looseObject({ resourceVersion: z.string() }) });

export const watchChecks: readonly Check[] = [
  {
    id: 'watches.from-version',
    title: 'A watch from the version of a list tells what happened since: made, changed, removed, in this order, each once.',
    reference: `${DOCS.concepts}#efficient-detection-of-changes`,
    dispatcher: 'It follows workflows, nodes and pods like that; between a list and its watch nothing may be lost.',
    run: async (on) => {
      const from = await version(on, 'told');
      const { metadata } = await on.bench.inert('told'); // before the watch is open
      const seen = await observe(on, 'told', from, {
        onOpen: async () => {
          await label(on, metadata.name, 'yes');
          await on.client.deleteWorkflow(metadata.name, metadata.uid);
        },
        until: ({ type }) => type === 'DELETED',
      });
      const types = seen.events.map(({ type }) => type);
      demand(types.join() === 'ADDED,MODIFIED,DELETED', `it told ${types.join(', ') || 'nothing'}`);
      demand(
        seen.events.every(({ object }) => object.metadata.name === metadata.name),
        'it told of something else',
      );
      const versions = new Set(seen.events.map(({ object }) => object.metadata.resourceVersion));
      demand(versions.size === 3 && !versions.has(''), 'the events have no versions of their own');
      return types.join(', ');
    },
  },
  {
    id: 'watches.metadata-only',
    title: 'Accept: as=PartialObjectMetadata makes the events of a watch carry metadata alone.',
    reference: `${DOCS.concepts}#receiving-resources-as-tables`,
    dispatcher: 'Phases of thousands of workflows travel as labels.',
    run: async (on) => {
      const from = await version(on, 'slim');
      const made = on.bench.inert('slim');
      const seen = await observe(on, 'slim', from, { accept: METADATA_ACCEPT, until: ({ type }) => type === 'ADDED' });
      await made;
      const event = seen.events.find(({ type }) => type === 'ADDED');
      demand(event !== undefined, 'nothing was told');
      demand(event.object.kind === 'PartialObjectMetadata', `the object is a ${event.object.kind}`);
      demand(!('spec' in event.object), 'the object has a spec');
      return event.object.kind;
    },
  },
  {
    id: 'watches.selector',
    title: 'An object whose labels stop to match is told as DELETED, and as ADDED when they match again.',
    reference: `${DOCS.concepts}#efficient-detection-of-changes`,
    dispatcher: 'Watched sets are what a selector chooses, pods that have ended included.',
    run: async (on) => {
      const { metadata } = await on.bench.inert('leaves');
      await label(on, metadata.name, 'yes');
      const from = await version(on, 'leaves', 'stead.dev/told=yes');
      const seen = await observe(on, 'leaves', from, {
        selector: 'stead.dev/told=yes',
        onOpen: async () => {
          await label(on, metadata.name, 'no');
          await label(on, metadata.name, 'yes');
        },
        until: ({ type }) => type === 'ADDED',
      });
      const types = seen.events.map(({ type }) => type).join(', ');
      demand(types === 'DELETED, ADDED', `it told ${types === '' ? 'nothing' : types}`);
      return types;
    },
  },
  {
    id: 'watches.timeout',
    title: 'A watch with timeoutSeconds is ended by the server when they are over.',
    reference: DOCS.concepts,
    dispatcher: 'It asks again from where it was; every 30 s it lists anew, because a silent watch looks like a quiet cluster.',
    run: async (on) => {
      const from = await version(on, 'timeout');
      const seen = await observe(on, 'timeout', from, { timeoutSeconds: 2, forMs: 2_000 + on.patience.told / 2 });
      demand(seen.status === 200, `it was answered with ${seen.status}`);
      demand(seen.ended === 'server', `it was still open after ${(seen.ms / 1000).toFixed(1)} s`);
      return `ended after ${(seen.ms / 1000).toFixed(1)} s`;
    },
  },
  {
    id: 'watches.old-version',
    title: 'A watch from a version that is forgotten ends with 410: as the status of the answer, or as an ERROR event in it.',
    reference: `${DOCS.concepts}#410-gone-responses`,
    dispatcher: 'It lists again at once, for both forms, and does not call it a failure.',
    run: async (on) => {
      const seen = await observe(on, 'old', '1', { timeoutSeconds: 3, forMs: 6_000, until: ({ type }) => type === 'ERROR' });
      if (seen.status === 410) return 'HTTP 410';
      demand(seen.status === 200, `it was answered with ${seen.status}`);
      const error = seen.events.find(({ type }) => type === 'ERROR');
      if (error === undefined) throw new NotApplicable('the server still remembers its first version');
      demand(error.object.code === 410, `the event says ${error.object.code ?? 0}`);
      return `200, then an ERROR event: 410 ${error.object.reason ?? ''}`;
    },
  },
  {
    id: 'watches.bookmarks',
    title: 'With allowWatchBookmarks a watch may tell how far it is, by an object that has a version and nothing else.',
    reference: `${DOCS.concepts}#watch-bookmarks`,
    dispatcher: 'A watch that ends is gone on with from the last bookmark; without any it would only list more often.',
    run: async ({ bookmarks }) => {
      const bookmark = await bookmarks.first();
      if (bookmark === null) throw new NotApplicable('none came within 75 s, and none is promised');
      const { metadata } = bookmark.object;
      demand(metadata.resourceVersion !== '', 'the bookmark has no version');
      demand(metadata.name === '', `the bookmark has a name: ${metadata.name}`);
      return `BOOKMARK at ${metadata.resourceVersion}`;
    },
  },
  {
    id: 'watches.client',
    title: "The dispatcher's own watch lists what is there, and then hears of what is made and removed.",
    reference: `${DOCS.concepts}#efficient-detection-of-changes`,
    dispatcher: 'This is how it hears of everything.',
    run: async (on) => {
      const heard: string[] = [];
      const first = await on.bench.inert('heard', 'heard-0');
      const running = on.client.watchWorkflows(`${on.bench.selector},${PART_LABEL}=heard`, {
        onList: (items) => heard.push(...items.map(({ metadata }) => `LISTED ${metadata.name}`)),
        onEvent: (type, { metadata }) => heard.push(`${type} ${metadata.name}`),
        onError: (error) => heard.push(`ERROR ${error.message}`),
      });
      const until = async (what: string): Promise<void> => {
        const startedMs = performance.now();
        while (!heard.includes(what)) {
          demand(
            performance.now() - startedMs < on.patience.told,
            `not heard within ${on.patience.told} ms: ${what}; but ${heard.join(', ') || 'nothing'}`,
          );
          await pause(POLL_MS);
        }
      };
      try {
        await until(`LISTED ${first.metadata.name}`);
        const { metadata } = await on.bench.inert('heard', 'heard-1');
        await until(`ADDED ${metadata.name}`);
        await on.client.deleteWorkflow(metadata.name, metadata.uid);
        await until(`DELETED ${metadata.name}`);
      } finally {
        await running.stop();
      }
      return heard.map((one) => one.split(' ')[0]).join(', ');
    },
  },
];

interface Observation {
  selector?: string;
  accept?: string;
  timeoutSeconds?: number;
  forMs?: number;
  until?(event: WatchEvent): boolean;
  onOpen?(): Promise<void>;
}

function observe(on: Surroundings, part: string, resourceVersion: string, asked: Observation): Promise<Watched> {
  const { selector, accept, timeoutSeconds = 10, forMs = on.patience.told, until, onOpen } = asked;
  const labelSelector = [on.bench.selector, `${PART_LABEL}=${part}`, ...(selector === undefined ? [] : [selector])].join();
  return watch(on.transport, on.bench.workflows, {
    query: { labelSelector, resourceVersion, timeoutSeconds },
    ...{ forMs, ...(accept !== undefined && { accept }), ...(until && { until }), ...(onOpen && { onOpen }) },
  });
}

async function version({ api, bench }: Surroundings, part: string, selector = ''): Promise<string> {
  const labelSelector = [bench.selector, `${PART_LABEL}=${part}`, ...(selector === '' ? [] : [selector])].join();
  const answer = await api.get(bench.workflows, { labelSelector });
  const parsed = versionSchema.safeParse(answer.json);
  demand(parsed.success, `the list was answered with ${said(answer)}`);
  return parsed.data.metadata.resourceVersion;
}

async function label({ api, bench }: Surroundings, name: string, told: string): Promise<void> {
  const body = { metadata: { labels: { 'stead.dev/told': told } } };
  const answer = await api.ask({ method: 'PATCH', path: `${bench.workflows}/${name}`, body, contentType: MERGE });
  demand(answer.status === 200, `a patch of labels was answered with ${said(answer)}`);
}
